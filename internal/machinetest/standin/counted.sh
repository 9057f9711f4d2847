#!/bin/sh
# Stands before a program, counts its calls in /calls, and ends everything before the call that /kill-at names.
echo "${0##*/} $*" >>/calls
[ "$(/usr/bin/wc -l </calls)" != "$(/usr/bin/cat /kill-at 2>/dev/null)" ] || kill -9 0
[ "${0##*/}" != sync ] || exit 0 # no machine loses its power here
exec "/usr/bin/${0##*/}" "$@"
