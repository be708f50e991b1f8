#!/bin/sh
# Labels the files of list.csv, which `r2p1d-video list` has written, over the tasks of an array; docs/fleet.md has the
# whole way. Submit it again with `sbatch --array=$(r2p1d-video merge --missing part-*.csv) array.sh` until that prints
# nothing. To be changed: the numbers below, which are the array's and `shares`, the model, and what else scan is given.
#SBATCH --job-name=r2p1d-video
#SBATCH --array=1-256%16
#SBATCH --cpus-per-task=8
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
shares=256
model=r2plus1d_18

# The scan ends by itself before the time limit. Without a limit there is no such time.
reserve=${R2P1D_RESERVE:-120}
limit=$(squeue --noheader --job "$SLURM_JOB_ID" --format %e)
if end=$(date -d "${limit:-none}" +%s 2>/dev/null); then
  left=$((end - $(date +%s) - reserve))
  [ "$left" -ge 10 ] || { echo "the time limit leaves $left s beside the reserve of $reserve s: give --time more" >&2; exit 64; }
  set -- --deadline "$left" "$@"
fi

# A signal goes to the scan as well, which ends with its rows kept: this shell only waits for it.
trap : TERM
r2p1d-video scan --files-from list.csv --model "$model" --threads "${SLURM_CPUS_PER_TASK:-1}" \
  --shard "auto/$shares" --output "part-$SLURM_ARRAY_TASK_ID.csv" --quiet "$@"
status=$?

# 3: the time is over, 75: a scan that SLURM believes dead still writes the part. Both resume later. Not so 130, a
# cancelled job, 1, a share that is done but for files that failed, and 2 and 64, which are the same next time.
case $status in
  3 | 75) scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" ;;
esac
exit "$status"
