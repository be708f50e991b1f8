#!/bin/sh
# Writes help/COMMAND.txt, what --help of the program and of each command says: HelpTests compares them. The texts are the
# contract with users, so that a change of one is looked at; this is how it is accepted.
# usage: Tests/CommandTests/Goldens/make_help.sh [BINARY]
set -eu
binary=$(realpath "${1:-.build/release/r2p1d-video}")
cd "$(dirname "$0")"
rm -rf help
mkdir help

# write FILE COMMAND…: its help, and that of its subcommands, which the help lists in lines of two spaces and a name.
write() {
  file=$1
  shift
  COLUMNS=80 "$binary" "$@" --help > "help/$file.txt"
  for command in $(sed -n '/^SUBCOMMANDS:/,$s/^  \([a-z][a-z-]*\)\( .*\)\{0,1\}$/\1/p' "help/$file.txt"); do
    (write "$file-$command" "$@" "$command")
  done
}
write r2p1d-video
