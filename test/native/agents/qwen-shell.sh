# Qwen Code 0.24.4 takes a command for done when it exits, and on a busy machine has not read its
# output by then. Read by each bash that it starts (BASH_ENV): a command stays a little longer.
trap 'sleep 0.3' EXIT
