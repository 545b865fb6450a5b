# Ends the private broker when kickcue was killed and cannot do it itself. Arguments: the broker's
# folder, and the server's process id where one runs already. Standard input is a pipe from kickcue:
# it says the server's process id, again after each restart, and ends when kickcue does.
folder=$1
server=$2
while read -r said; do server=$said; done
[ -z "$server" ] || kill -KILL "$server" 2>/dev/null
for attempt in 1 2 3 4 5; do
    rm -rf "$folder" && break
    sleep 0.1
done
