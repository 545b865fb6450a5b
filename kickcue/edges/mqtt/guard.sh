# Runs the private broker and ends it with kickcue. Arguments: the server, its folder.
# Standard input is a pipe from kickcue that nobody writes to: it ends when kickcue does, killed or not, on every Unix.
# A server that dies is started again, with an empty store: what was in it is old, and old cues are worse than none.
server=$1
folder=$2
(
    trap 'kill -KILL "$!" 2>/dev/null; wait; exit 0' TERM
    while :; do
        rm -rf "$folder/store"
        "$server" -c "$folder/nats.json" </dev/null >>"$folder/console" 2>&1 &
        echo "$!" >"$folder/server.pid.new"
        mv "$folder/server.pid.new" "$folder/server.pid"
        wait "$!"
        sleep 0.1
    done
) &
cat >/dev/null
kill -TERM "$!"
wait "$!"
rm -rf "$folder"
