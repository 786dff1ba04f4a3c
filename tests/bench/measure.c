/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-measure COMMAND …: runs it with its output thrown away and prints "seconds kilobytes": the
 * whole process on the wall clock, and the most memory that it held. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct timespec from, to;
    struct rusage used;
    int status;
    if (argc < 2)
        return 2;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t child = fork();
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY), 1);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) < 0)
        return 1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.6f %ld\n",
           (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec),
           used.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
