#!/usr/bin/env bash
# Makes the keys and certificates that the signing tests need, with openssl:
#
#     tests/tools/keys.sh FOLDER
#
# A root, an office below it, and signers below that: sound ones and one for each way to be refused.
# Each signer is a .p12 file whose password is the first line of the file `password`.
set -euo pipefail
cd "$1"

printf 'Geheim-1234\nthe second line does not count\n' >password
printf 'Falsch-1234\n' >wrong-password

cat >ca.cnf <<CONFIG
[ca]
default_ca = office
[office]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
email_in_dn = no
rand_serial = yes
[any]
commonName = supplied
organizationName = optional
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[commitment]
keyUsage = nonRepudiation
[encipherment]
keyUsage = critical,keyEncipherment
[server]
extendedKeyUsage = serverAuth
[plain]
subjectKeyIdentifier = hash
[stamper]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
CONFIG
: >index.txt

# issue NAME ISSUER SUBJECT EXTENSIONS FIRST_YEAR LAST_YEAR KEY...
issue() {
  local name=$1 issuer=$2 subject=$3 extensions=$4 first=$5 last=$6
  shift 6
  openssl genpkey -quiet "$@" -out "$name.key" 2>/dev/null || openssl genpkey "$@" -out "$name.key" 2>/dev/null
  openssl req -new -utf8 -key "$name.key" -subj "$subject" -out "$name.csr"
  local by=(-keyfile "$issuer.key" -cert "$issuer.pem")
  [ "$name" = "$issuer" ] && by=(-keyfile "$name.key" -selfsign)
  openssl ca -batch -notext -utf8 -config ca.cnf "${by[@]}" -extensions "$extensions" \
    -startdate "${first}0101000000Z" -enddate "${last}1231235959Z" -in "$name.csr" -out "$name.pem" 2>/dev/null
}

# bundle NAME CERTIFICATES OPTION...
bundle() {
  local name=$1 certificates=$2
  shift 2
  openssl pkcs12 -export -inkey "$name.key" -in "$name.pem" -certfile "$certificates" \
    -passout file:password -out "$name.p12" "$@"
}

rsa=(-algorithm RSA -pkeyopt rsa_keygen_bits:2048)
p256=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)
p384=(-algorithm EC -pkeyopt ec_paramgen_curve:P-384)

issue root root "/CN=Test Root" authority 2020 2069 "${p384[@]}"
issue office root "/O=Test/CN=Test Office CA" authority 2020 2069 "${rsa[@]}"
cat office.pem root.pem >chain.pem
issue other other "/CN=Another Root" authority 2020 2069 "${p256[@]}"

issue rsa office "/O=竹内社労士事務所/CN=竹内 一郎" signer 2020 2049 "${rsa[@]}"
issue p256 office "/CN=竹内 二郎" signer 2020 2049 "${p256[@]}"
issue commitment office "/CN=Commitment" commitment 2020 2049 "${p256[@]}"
issue plain office "/CN=Plain" plain 2020 2049 "${p256[@]}"
issue expired office "/CN=Expired" signer 2020 2021 "${p256[@]}"
issue future office "/CN=Future" signer 2090 2099 "${p256[@]}"
issue encipherment office "/CN=Encipherment" encipherment 2020 2049 "${rsa[@]}"
issue server office "/CN=Server" server 2020 2049 "${p256[@]}"
issue short office "/CN=Short" signer 2020 2049 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
issue p384 office "/CN=P-384" signer 2020 2049 "${p384[@]}"
issue stamper root "/CN=Test Time Authority" stamper 2020 2049 "${rsa[@]}"
for name in rsa p256 commitment plain expired future encipherment server short p384; do
  bundle "$name" chain.pem
done

# The old encryption that Windows still exports.
cp rsa.key legacy.key
cp rsa.pem legacy.pem
bundle legacy chain.pem -legacy
# Another certificate for a key that has one.
openssl ca -batch -notext -utf8 -config ca.cnf -keyfile office.key -cert office.pem -extensions signer \
  -startdate 20200101000000Z -enddate 20491231235959Z -in rsa.csr -out rsa-again.pem 2>/dev/null
# A key without its certificate, a certificate without its key, and no PKCS#12 at all.
openssl pkcs12 -export -nocerts -inkey rsa.key -in rsa.pem -passout file:password -out alone.p12 2>/dev/null
openssl pkcs12 -export -nokeys -in rsa.pem -passout file:password -out keyless.p12
cp rsa.pem pem.p12

# The time authority: one that stamps SHA-256, one that refuses it, one that sends a pile of certificates.
for each in root office rsa p256 commitment plain expired future encipherment server short p384; do
  cat "$each.pem"
done >pile.pem
for kind in stamp refuse pile; do
  cat >"$kind.cnf" <<CONFIG
[tsa]
default_tsa = default
[default]
serial = SERIAL
signer_cert = stamper.pem
certs = $([ "$kind" = pile ] && echo pile.pem || echo root.pem)
signer_key = stamper.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = $([ "$kind" = refuse ] && echo sha512 || echo sha256)
ess_cert_id_alg = sha256
CONFIG
done
