#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Certificates for detainerd behind nginx, from an authority of its own.
#
#     certificates.sh DIRECTORY SERVER-NAME CLIENT...
#
# Makes in DIRECTORY, where they are not there yet, ca.pem and ca.key (the authority: keep its key off the
# server), server.pem and server.key for that DNS name, and CLIENT.pem and CLIENT.key for each client. Run
# again with another client's name to add one. They are good for a year, the authority for ten.

set -eu
umask 077

[ $# -ge 2 ] || {
    echo "usage: certificates.sh DIRECTORY SERVER-NAME CLIENT..." >&2
    exit 2
}
directory=$1 server_name=$2
shift 2
mkdir -p "$directory"
cd "$directory"

# issue NAME SUBJECT EXTENSION...
issue() {
    name=$1 subject=$2
    shift 2
    [ ! -e "$name.pem" ] || return 0
    printf '%s\n' basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature "$@" >"$name.ext"
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout "$name.key" \
        -subj "$subject" -out "$name.csr"
    openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -days 365 -extfile "$name.ext" -out "$name.pem"
    rm "$name.csr" "$name.ext"
}

[ -e ca.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key \
    -subj "/CN=detainerd clients" -days 3650 -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
    -addext keyUsage=critical,keyCertSign,cRLSign -out ca.pem
issue server "/CN=$server_name" "subjectAltName=DNS:$server_name" extendedKeyUsage=serverAuth
for client in "$@"; do
    case $client in
    '' | ca | server | *[!A-Za-z0-9._-]* | .* | -*)
        echo "certificates.sh: \"$client\" is no name for a client: letters, digits, dots and dashes" >&2
        exit 2
        ;;
    esac
    issue "$client" "/CN=$client" extendedKeyUsage=clientAuth
done
