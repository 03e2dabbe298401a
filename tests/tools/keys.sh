#!/usr/bin/env bash
# Makes the keys and certificates that the signing tests need, with openssl:
#
#     tests/tools/keys.sh FOLDER
#
# A root, an office below it, and signers below that: sound ones and one for each way to be refused.
# Then authorities of limited power, each with signers.
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
organizationName = optional
commonName = supplied
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
[code]
extendedKeyUsage = codeSigning,clientAuth
[policies]
certificatePolicies = critical,1.2.3.4.5
extendedKeyUsage = clientAuth,emailProtection
[unknown]
1.2.3.4 = critical,ASN1:NULL
[plain]
subjectKeyIdentifier = hash
[stamper]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[quiet_stamper]
extendedKeyUsage = timeStamping
[within]
basicConstraints = critical,CA:TRUE
nameConstraints = critical,permitted;dirName:branch
[without]
basicConstraints = critical,CA:TRUE
nameConstraints = excluded;dirName:branch
[branch]
organizationName = Test  Branch
[mail]
basicConstraints = critical,CA:TRUE
nameConstraints = critical,permitted;email:example.jp,permitted;DNS:example.jp
[address]
subjectAltName = email:a@example.jp
[other_address]
subjectAltName = email:a@example.com
[host]
subjectAltName = DNS:www.example.jp
[websites]
basicConstraints = critical,CA:TRUE
extendedKeyUsage = serverAuth
[unknown_authority]
basicConstraints = critical,CA:TRUE
1.2.3.4 = critical,ASN1:NULL
[no_certificates]
basicConstraints = critical,CA:TRUE
keyUsage = critical,cRLSign
[lowest]
basicConstraints = critical,CA:TRUE,pathlen:0
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
rsa1024=(-algorithm RSA -pkeyopt rsa_keygen_bits:1024)
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
issue code office "/CN=Code" code 2020 2049 "${p256[@]}"
issue policies office "/CN=Policies" policies 2020 2049 "${p256[@]}"
issue unknown office "/CN=Unknown" unknown 2020 2049 "${p256[@]}"
issue short office "/CN=Short" signer 2020 2049 "${rsa1024[@]}"
issue p521 office "/CN=P-521" signer 2020 2049 -algorithm EC -pkeyopt ec_paramgen_curve:P-521
issue p384 office "/CN=P-384" signer 2020 2049 "${p384[@]}"
issue stamper root "/CN=Test Time Authority" stamper 2020 2049 "${rsa[@]}"
issue quiet-stamper root "/CN=Quiet Time Authority" quiet_stamper 2020 2049 "${p256[@]}"
for name in rsa p256 p384 p521 commitment plain policies expired future encipherment server code unknown short office; do
  bundle "$name" chain.pem
done

# below AUTHORITY NAME SUBJECT EXTENSIONS: a signer below an authority of limited power
below() {
  issue "$2" "$1" "$3" "$4" 2020 2049 "${p256[@]}"
}
for authority in within without mail websites unknown_authority no_certificates lowest; do
  issue "$authority" root "/CN=$authority" "$authority" 2020 2049 "${p256[@]}"
done
below within within-inside "/O=TEST branch/CN=Inside" signer
below within within-outside "/O=Test Branch 2/CN=Outside" signer
below without without-inside "/O=TEST branch/CN=Inside" signer
below without without-outside "/O=Test Branch 2/CN=Outside" signer
below mail mail-nameless "/CN=No Address" signer
below mail mail-inside "/CN=Inside" address
below mail mail-outside "/CN=Outside" other_address
below mail mail-host "/CN=Host" host
below websites websites-signer "/CN=Signer" signer
below unknown_authority unknown-signer "/CN=Signer" signer
below no_certificates no-certificates-signer "/CN=Signer" signer
below lowest lowest-signer "/CN=Signer" signer
below lowest too-low "/CN=Too Low" authority
below too-low too-low-signer "/CN=Signer" signer
below lowest same "/CN=lowest" authority
below same same-signer "/CN=Signer" signer
issue lapsed root "/CN=Lapsed" authority 2020 2021 "${p256[@]}"
below lapsed lapsed-signer "/CN=Signer" signer
issue weak root "/CN=Weak" authority 2020 2049 "${rsa1024[@]}"
below weak weak-signer "/CN=Signer" signer

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
