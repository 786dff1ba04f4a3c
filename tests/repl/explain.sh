#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What explain says is true: bc calculates every line of numbers and gets the machine's value.
#
# Each model that `models` lists has its line in `prepare`; a model without one fails.
. tests/repl/lib

command -v bc >/dev/null || { echo 'bc is not here'; exit 77; }

# Data, model and start; an E and an M are taken from there, so that KL > 0.
prepare() {
    case $1 in
    gmm) echo 'load faithful; model gmm k=2 columns=eruptions; theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25' ;;
    gmm-full) echo 'load sim_mix2d_300; model gmm k=2 columns=x,y; init seed=1' ;;
    gmm-tied) echo 'load sim_mix2d_300; model gmm k=2 columns=x,y cov=tied; init seed=1' ;;
    gmm-diag) echo 'load sim_mix2d_300; model gmm k=2 columns=x,y cov=diag; init seed=1' ;;
    gmm-spherical) echo 'load sim_mix2d_300; model gmm k=2 columns=x,y cov=spherical; init seed=1' ;;
    gmm-4d) echo 'load iris; model gmm k=2; init seed=1' ;;
    gmm-far) echo 'load galaxies; model gmm k=2; theta pi=0.5,0.5 mu=10000,20000 Sigma=40000,90000' ;;
    gmm-prior) echo 'load sim_mix2d_300; model gmm k=2 columns=x,y; prior dirichlet=2,3 m0=1,1 kappa0=0.5 S0=2,0.3,0.3,1 nu0=5; init seed=1' ;;
    gmm-tied-prior) echo 'load sim_mix2d_300; model gmm k=2 columns=x,y cov=tied; prior dirichlet=2,3 m0=1,1 kappa0=0.5 S0=2,0.3,0.3,1 nu0=5; init seed=1' ;;
    gmm-diag-prior) echo 'load sim_mix2d_300; model gmm k=2 columns=x,y cov=diag; prior m0=1,1 kappa0=0.5 S0=2,1 nu0=5; init seed=1' ;;
    gmm-spherical-prior) echo 'load sim_mix2d_300; model gmm k=2 columns=x,y cov=spherical; prior m0=1,1 kappa0=0.5 S0=2 nu0=5; init seed=1' ;;
    binomial) echo 'load coins; model binomial; theta pi=0.5,0.5 p=0.6,0.5' ;;
    binomial-prior) echo 'load coins; model binomial; prior dirichlet=2,3 beta=4,2; theta pi=0.5,0.5 p=0.6,0.5' ;;
    poisson) echo 'load deaths; model poisson columns=deaths weights=frequency; theta pi=0.5,0.5 lambda=1,4' ;;
    poisson-prior) echo 'load deaths; model poisson columns=deaths weights=frequency; prior gamma=3,0.5; theta pi=0.5,0.5 lambda=1,4' ;;
    exponential) echo 'load sim_exp_200; model exponential columns=x; theta pi=0.5,0.5 rate=0.3,2' ;;
    exponential-prior) echo 'load sim_exp_200; model exponential columns=x; prior gamma=3,0.5; theta pi=0.5,0.5 rate=0.3,2' ;;
    bernoulli) echo "load $TMPDIR/bits.csv; model bernoulli k=2; init seed=1" ;;
    bernoulli-prior) echo "load $TMPDIR/bits.csv; model bernoulli k=2; prior beta=2,3; init seed=1" ;;
    linkage) echo 'load linkage; model linkage; theta p=0.5' ;;
    linkage-prior) echo 'load linkage; model linkage; prior beta=3,2; theta p=0.5' ;;
    mvn) echo 'load cholesterol; model mvn; init' ;;
    mvn-2d) echo 'load apples; model mvn; init' ;;
    mvn-prior) echo 'load cholesterol; model mvn; prior m0=250,250,250 kappa0=0.5 S0=900,0,0,0,900,0,0,0,900 nu0=6; init' ;;
    ppca-2) echo 'load iris; model ppca columns=1,2,3,4 m=2; init seed=1' ;;
    ppca-weights) echo "load $TMPDIR/weights.csv; model ppca columns=a,b m=1 weights=w; init" ;;
    fa-2) echo 'load crabs; model fa columns=4,5,6,7,8 m=2; init random seed=1' ;;
    fa-3) echo 'load digits500; model fa columns=12,13,19,20,21,22,27,28 m=3; init random seed=1' ;;
    fa-held) echo 'load iris; model fa columns=1,2,3,4 m=1; init random seed=1; freeze mu' ;;
    hmm-2d) echo 'load geyser; model hmm k=3; init seed=1' ;;
    hmm-symbols) echo 'load sim_hmm_60; model hmm columns=symbol emission=categorical k=2; init seed=1' ;;
    hmm-prior) echo 'load sim_hmm_60; model hmm columns=x k=2; prior dirichlet=2,3 m0=0 kappa0=0.5 S0=1 nu0=3; init seed=1' ;;
    hmm-far) echo 'load galaxies; model hmm k=2; init seed=1; theta mu=10000,20000 Sigma=90000,90000' ;;
    ising-flip) echo 'load sim_ising_6x8; model ising columns=flipped rows=6 cols=8 J=0.3; init' ;;
    ising-wide) echo 'load letters_flip10; model ising J=0.4; init' ;;
    ising-alone) echo 'load sim_ising_6x8; model ising columns=x rows=6 cols=8 J=0 noise=gaussian; init' ;;
    maxent-2) echo 'load wolf_die; model maxent columns=f1,f2 targets=-0.06,0.1; init' ;;
    maxent-far) echo "load $TMPDIR/far.csv; model maxent columns=v targets=1003; init; theta lambda=-2" ;;
    vbgmm-2d) echo 'load faithful; model vbgmm k=3; init seed=1' ;;
    vbgmm-4d) echo 'load iris; model vbgmm columns=1,2,3,4 k=2; init seed=1' ;;
    vbgmm-held) echo 'load faithful; model vbgmm k=2; init seed=1; freeze nu' ;;
    ppca) echo 'load iris; model ppca m=1; init seed=1' ;;
    fa) echo 'load iris; model fa m=1; init seed=1' ;;
    hmm) echo 'load geyser; model hmm k=2 columns=duration; init seed=1' ;;
    ising) echo 'load sim_ising_6x8; model ising columns=x rows=6 cols=8 J=0.4 noise=gaussian; init' ;;
    denoise) echo 'load noisy_five; model denoise; init' ;;
    bradley-terry) echo 'load baseball; model bradley-terry; init' ;;
    maxent) echo 'load jaynes_die; model maxent targets=4.5; init' ;;
    vbgmm) echo 'load galaxies; model vbgmm k=2; init seed=1' ;;
    FILE.lua) echo 'load abo; model abo.lua columns=phenotype weights=count; theta allele=.3,.2,.5' ;;
    *) return 1 ;;
    esac
}

# The row, pixel or item that e and jensen are asked about: of mvn one with something missing.
unit() {
    case $1 in
    mvn-2d) echo 13 ;;
    mvn | mvn-prior | ising*) echo 2 ;;
    *) echo 1 ;;
    esac
}

# The block that is held: its M-step has nothing to explain.  Models without Jensen's inequality (no
# latent variable, or a left side that is out of reach).  Maxima on the border of θ, without a rate.
held() {
    case $1 in
    fa-held) echo mu ;;
    vbgmm-held) echo nu ;;
    esac
}
without=' bradley-terry:jensen maxent:jensen maxent-2:jensen maxent-far:jensen'
without="$without ising-wide:jensen vbgmm:jensen vbgmm-2d:jensen vbgmm-4d:jensen"
without="$without vbgmm-held:jensen hmm-2d:rate hmm-far:rate "

variants='gmm-full gmm-tied gmm-diag gmm-spherical gmm-4d gmm-far gmm-prior gmm-tied-prior
gmm-diag-prior gmm-spherical-prior binomial-prior poisson-prior exponential-prior bernoulli-prior
linkage-prior mvn-2d mvn-prior ppca-2 ppca-weights fa-2 fa-3 fa-held hmm-2d hmm-symbols hmm-prior hmm-far
ising-flip ising-wide ising-alone maxent-2 maxent-far vbgmm-2d vbgmm-4d vbgmm-held'

printf 'a,b,c\n1,0,1\n1,0,1\n0,1,0\n0,1,1\n1,1,1\n0,0,0\n1,0,0\n0,1,0\n' >"$TMPDIR/bits.csv"
printf 'a,b,w\n1,2,1\n3,3.5,2\n5,7,1.5\n2,1,1\n4,6,3\n0,1,0.5\n' >"$TMPDIR/weights.csv"
printf 'v\n1000\n1001\n1002\n1004\n1007\n' >"$TMPDIR/far.csv"

# What a model can be asked: its E-step, each block of θ, its own terms, the ledger and the rate.
subjects() {
    start=$1
    terms=$("$EMSTEP" --json -q -c "$start; step; show terms" | tail -n 1 |
            grep -oE '"(loglik|elbo|kl|Q|H|entropy|logprior|objective|surrogate|gap)": ?[^n]' | cut -d'"' -f2)
    blocks=$("$EMSTEP" --json -q -c "$start; show theta" | tail -n 1 |
             grep -oE '"[A-Za-z0-9]+": ?[[0-9.-]' | sed 's/^"\([^"]*\)".*/\1/')
    for subject in e jensen; do
        echo "$subject $(unit "$2")"
    done
    for block in $blocks; do
        [ "$block" = "$(held "$2")" ] || echo "m $block"
    done
    for term in $terms; do
        echo "$term"
    done
    echo ledger
    echo rate
}

# file: one line of JSON, an answer of explain.  Out: value, then its arithmetic.
sums() {
    grep -oE '"arithmetic": ?"[^"]*", ?"value": ?[^,}]*' "$1" |
        sed -E 's/"arithmetic": ?"([^"]*)", ?"value": ?"?([^"]*)"?$/\2 \1/'
}

# The values that bc finds are those that were said, to the digits that are printed.
judge() {
    name=$1
    tolerance=$2
    sums "$TMPDIR/answer" >"$TMPDIR/sums"
    cut -d' ' -f1 "$TMPDIR/sums" >"$TMPDIR/said"
    { echo 'scale=50'; cut -d' ' -f2- "$TMPDIR/sums"; } |
        BC_LINE_LENGTH=0 bc -l >"$TMPDIR/found" 2>"$TMPDIR/complaints"
    if [ -s "$TMPDIR/complaints" ]; then
        echo "$name: bc says $(head -n 1 "$TMPDIR/complaints")"
        bad=1
    fi
    paste -d' ' "$TMPDIR/said" "$TMPDIR/found" | awk -v name="$name" -v tolerance="$tolerance" '
        { d = $1 - $2; if (d < 0) d = -d
          size = $1 < 0 ? -$1 : $1; if (size < 1) size = 1
          if (NF != 2 || !(d <= tolerance * size)) {
              print name ": said " $1 ", bc finds " $2; wrong = 1 } }
        END { exit wrong }' || bad=1
    [ -s "$TMPDIR/said" ] || { echo "$name: nothing to calculate"; bad=1; }
}

# The braces of its LaTeX are balanced, and so are \left and \right on every line.
balanced() {
    awk -v name="$1" '
        { line = $0; sub(/^%.*/, "", line); gsub(/\\[{}]/, "", line)
          open += gsub(/{/, "", line) - gsub(/}/, "", line)
          left = gsub(/\\left/, "", line); right = gsub(/\\right/, "", line)
          if (left != right) { print name ": " $0; wrong = 1 } }
        END { if (open) print name ": braces"; exit wrong || open != 0 }' "$2" || bad=1
}

ask() {
    model=$1
    start=$2
    subject=$3
    lead="$start; step; "
    tolerance=1e-9
    case $subject in
    rate) lead="$start; run max=300; "; tolerance=1e-6 ;;
    ledger) lead="$start; e; m; " ;;
    e\ *) lead="$start; " ;;
    esac
    case $subject in
    rate | ledger | e\ * | m\ *) ;;
    *) lead="$start; e; m; " ;;
    esac
    if ! "$EMSTEP" --json -q -c "$lead explain $subject" 2>"$TMPDIR/complaints" |
        tail -n 1 >"$TMPDIR/answer" || [ -s "$TMPDIR/complaints" ]; then
        case $without in
        *" $model:${subject%% *} "*) ;;
        *)
            echo "$model: explain $subject: $(head -n 1 "$TMPDIR/complaints")"
            bad=1
            ;;
        esac
        return
    fi
    judge "$model: explain $subject" "$tolerance"
    "$EMSTEP" -q -c "$lead set digits 6; explain $subject latex" 2>&1 |
        sed -n '/usepackage/,$p' >"$TMPDIR/latex"
    balanced "$model: explain $subject latex" "$TMPDIR/latex"
}

listed=$("$EMSTEP" --json -c models | grep -oE '"name": ?"[^"]*"' | sed -E 's/.*"([^"]*)"$/\1/')
[ -n "$listed" ] || { echo 'models lists nothing'; bad=1; }
for model in $listed $variants; do
    if ! start=$(prepare "$model"); then
        echo "model $model has no line in tests/repl/explain.sh: what explain says of it is not tested"
        bad=1
        continue
    fi
    subjects "$start" "$model" >"$TMPDIR/subjects"
    while read -r subject; do
        ask "$model" "$start" "$subject"
    done <"$TMPDIR/subjects"
done
exit $bad
