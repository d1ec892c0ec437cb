# Read by the scripts beside it, not run.
#   . "$(dirname "$0")/arguments.sh"; check_arguments MOST "$@"
# For --help or -h prints the comment at the script's head and ends; refuses any other option, and more
# than MOST arguments, with status 1. Nothing has been written then.
check_arguments() {
  most=$1
  shift
  for argument in "$@"; do
    case $argument in
      -h | --help)
        sed -n '2,$ { /^#/!q; s/^# \{0,1\}//; p; }' "$0"
        exit 0 ;;
      -*)
        echo "$(basename "$0" .sh): no option $argument; --help says what there is" >&2
        exit 1 ;;
    esac
  done
  if [ "$#" -gt "$most" ]; then
    echo "$(basename "$0" .sh): $# arguments, at most $most; --help says which" >&2
    exit 1
  fi
}
