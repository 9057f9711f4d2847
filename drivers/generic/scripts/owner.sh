# shellcheck shell=sh
# Says who has the machine, and for which host; nothing: nobody has it.
[ ! -e /var/lib/davit/journal/owner ] || cat /var/lib/davit/journal/owner
