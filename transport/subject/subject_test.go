package subject_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	mathrand "math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/transport/subject"
)

// An at is an attribute as a test wants it in a certificate.
type at struct {
	oid   string
	tag   int
	value []byte
}

// Tags that package asn1 has no names for.
const tagVisible, tagUniversal = 26, 28

func (a at) der(t testing.TB) asn1.RawValue {
	t.Helper()
	oid, err := x509.ParseOID(a.oid)
	if err != nil {
		t.Fatal(err)
	}
	id, err := oid.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return raw(t, asn1.TagSequence, true, raw(t, asn1.TagOID, false, asn1.RawValue{FullBytes: id}).FullBytes, raw(t, a.tag, false, asn1.RawValue{FullBytes: a.value}).FullBytes)
}

// raw returns a value with what it consists of.
func raw(t testing.TB, tag int, compound bool, parts ...any) asn1.RawValue {
	t.Helper()
	var all []byte
	for _, p := range parts {
		switch p := p.(type) {
		case []byte:
			all = append(all, p...)
		case asn1.RawValue:
			all = append(all, p.FullBytes...)
		}
	}
	der, err := asn1.Marshal(asn1.RawValue{Tag: tag, IsCompound: compound, Bytes: all})
	if err != nil {
		t.Fatal(err)
	}
	return asn1.RawValue{FullBytes: der}
}

// name returns a name in DER, sets in the order of the certificate.
func name(t testing.TB, sets ...[]at) []byte {
	t.Helper()
	var all []any
	for _, set := range sets {
		var one []any
		for _, a := range set {
			one = append(one, a.der(t))
		}
		all = append(all, raw(t, asn1.TagSet, true, one...))
	}
	return raw(t, asn1.TagSequence, true, all...).FullBytes
}

const (
	cn    = "2.5.4.3"
	o     = "2.5.4.10"
	ou    = "2.5.4.11"
	c     = "2.5.4.6"
	dc    = "0.9.2342.19200300.100.1.25"
	email = "1.2.840.113549.1.9.1"
	own   = "1.2.3.4.5"
)

func one(oid, text string) []at                { return []at{{oid, asn1.TagUTF8String, []byte(text)}} }
func coded(oid string, tag int, v string) []at { return []at{{oid, tag, []byte(v)}} }

func bmp(text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return string(b)
}

// A row is a name, how it is written, and what else may be listed for it.
type row struct {
	name    [][]at
	text    string
	also    []string
	not     []string // what lists others
	foreign bool     // package x509 or openssl does not take it
}

func rows() map[string]row {
	long := strings.Repeat("x", 300)
	return map[string]row{
		"plain": {name: [][]at{one(o, "Bank"), one(cn, "teller")}, text: "CN=teller,O=Bank",
			also: []string{"cn=teller,o=Bank", " CN = teller , O = Bank ", "commonName=teller,organizationName=Bank", "2.5.4.3=teller,OID.2.5.4.10=Bank", "oid.2.5.4.3=#0c0674656c6c6572,O=Bank", `CN=\74eller,O=\42\61\6E\6b`, "CN=#130674656C6C6572 , O=Bank"},
			not:  []string{"O=Bank,CN=teller", "CN=teller+O=Bank", "CN=teller", "CN=Teller,O=Bank", "CN=teller,CN=mallory,O=Bank", "CN=mallory,CN=teller,O=Bank", `CN=teller\ ,O=Bank`, "CN=teller,O=Bank,O=Bank", `CN=teller\,O=Bank`, "OU=teller,O=Bank"}},
		"swapped":        {name: [][]at{one(cn, "teller"), one(o, "Bank")}, text: "O=Bank,CN=teller", not: []string{"CN=teller,O=Bank"}},
		"two names":      {name: [][]at{one(o, "Bank"), one(cn, "mallory"), one(cn, "teller")}, text: "CN=teller,CN=mallory,O=Bank", not: []string{"CN=teller,O=Bank", "CN=mallory,CN=teller,O=Bank"}},
		"two units":      {name: [][]at{one(ou, "People"), one(ou, "Staff")}, text: "OU=Staff,OU=People", not: []string{"OU=Staff+OU=People", "OU=People,OU=Staff"}},
		"domains":        {name: [][]at{coded(dc, asn1.TagIA5String, "com"), coded(dc, asn1.TagIA5String, "bank"), one(ou, "People"), one(cn, "ann")}, text: "CN=ann,OU=People,DC=bank,DC=com", also: []string{"cn=ann,ou=People,dc=bank,domainComponent=com"}},
		"e-mail":         {name: [][]at{one(c, "DE"), one(cn, "bob"), coded(email, asn1.TagIA5String, "bob@bank.example")}, text: "emailAddress=bob@bank.example,CN=bob,C=DE", also: []string{"E=bob@bank.example,CN=bob,C=DE", "1.2.840.113549.1.9.1=#1610626f624062616e6b2e6578616d706c65,CN=bob,C=DE", "EMAILADDRESS=bob@bank.example,CN=bob,C=DE"}},
		"several":        {name: [][]at{one(o, "Bank, Inc"), {{cn, asn1.TagUTF8String, []byte("x")}, {ou, asn1.TagUTF8String, []byte("a")}}}, text: `CN=x+OU=a,O=Bank\, Inc`, also: []string{`OU=a+CN=x,O=Bank\, Inc`, `ou=a + cn=x , o=Bank\2C Inc`}, not: []string{`OU=a,CN=x,O=Bank\, Inc`, `CN=x,O=Bank\, Inc`, `OU=x+CN=a,O=Bank\, Inc`}},
		"twice in one":   {name: [][]at{{{ou, asn1.TagUTF8String, []byte("a")}, {ou, asn1.TagUTF8String, []byte("b")}}}, text: "OU=a+OU=b", also: []string{"OU=b+OU=a"}, not: []string{"OU=a+OU=b+OU=b", "OU=a"}},
		"other names":    {name: [][]at{one("2.5.4.4", "Smith"), one("2.5.4.42", "Ann"), coded("2.5.4.5", asn1.TagPrintableString, "12"), one("0.9.2342.19200300.100.1.1", "asmith"), one("2.5.4.9", "Lane 1"), one("2.5.4.8", "Kent"), one("2.5.4.7", "Dover"), one("2.5.4.12", "Dr")}, text: "title=Dr,L=Dover,ST=Kent,STREET=Lane 1,UID=asmith,serialNumber=12,GN=Ann,SN=Smith", also: []string{"TITLE=Dr,l=Dover,st=Kent,street=Lane 1,uid=asmith,SERIALNUMBER=12,givenName=Ann,surname=Smith"}, not: []string{"title=Dr,L=Dover,ST=Kent,STREET=Lane 1,UID=asmith,SN=12,GN=Ann,SN=Smith"}},
		"specials":       {name: [][]at{one(cn, `# a,b+c"d\e<f>g;h=i `)}, text: `CN=\# a\,b\+c\"d\\e\<f\>g\;h=i\ `, also: []string{`CN=\# a\,b\+c\"d\\e\<f\>g\;h\=i\20`, `CN=\23\20a\2cb\2Bc\22d\5ce\3cf\3Eg\3bh\3Di\ `}},
		"spaces":         {name: [][]at{one(cn, "  a  b  ")}, text: `CN=\  a  b \ `, also: []string{`CN=\20\20a  b\20\20`, `CN=\ \ a\ \ b\ \ `}, not: []string{"CN=a b", "CN=  a  b  ", `CN=\ a  b\ `}},
		"one space":      {name: [][]at{one(cn, " ")}, text: `CN=\ `, not: []string{"CN=", "CN= "}},
		"nothing":        {name: [][]at{one(o, "Bank"), one(cn, "")}, text: "CN=,O=Bank", also: []string{"CN= ,O=Bank", "CN=#0c00,O=Bank"}, not: []string{"O=Bank"}},
		"other letters":  {name: [][]at{one(cn, "Jürgen Gröne 猫")}, text: "CN=Jürgen Gröne 猫", also: []string{`CN=J\C3\BCrgen Gr\C3\B6ne \E7\8C\AB`}},
		"BMP":            {name: [][]at{coded(cn, asn1.TagBMPString, bmp("Grün,猫"))}, text: `CN=Grün\,猫`, also: []string{`CN=Gr\C3\BCn\,\E7\8C\AB`}},
		"T61":            {name: [][]at{coded(cn, asn1.TagT61String, "Gr\xfcn")}, text: "CN=Grün"},
		"universal":      {name: [][]at{coded(cn, tagUniversal, "\x00\x00\x00G\x00\x01\xf4\x08")}, text: "CN=G🐈", foreign: true},
		"visible":        {name: [][]at{coded(cn, tagVisible, "a b")}, text: "CN=a b", foreign: true},
		"half of one":    {name: [][]at{coded(cn, asn1.TagBMPString, "\xd8\x01")}, text: "CN=#1e02d801", foreign: true},
		"odd":            {name: [][]at{coded(cn, asn1.TagBMPString, "\x00a\x00")}, text: "CN=#1e03006100", foreign: true},
		"too large":      {name: [][]at{coded(cn, tagUniversal, "\xff\xff\xff\xff")}, text: "CN=#1c04ffffffff", foreign: true},
		"no UTF-8":       {name: [][]at{coded(cn, asn1.TagUTF8String, "\xff")}, text: "CN=#0c01ff", foreign: true},
		"no ASCII":       {name: [][]at{coded(cn, asn1.TagPrintableString, "\xe4")}, text: "CN=#1301e4", foreign: true},
		"no string":      {name: [][]at{coded(cn, asn1.TagInteger, "\x07")}, text: "CN=#020107", not: []string{`CN=\07`}, foreign: true},
		"unknown":        {name: [][]at{one(o, "Bank"), one(own, "x,y")}, text: "1.2.3.4.5=#0c03782c79,O=Bank", also: []string{`1.2.3.4.5=x\,y,O=Bank`, "1.2.3.4.5=#1303782C79,O=Bank"}, not: []string{"1.2.3.4.6=#0c03782c79,O=Bank"}},
		"large numbers":  {name: [][]at{one("2.25.329800735698586629295641978511506172918", "x")}, text: "2.25.329800735698586629295641978511506172918=#0c0178", foreign: true},
		"does not print": {name: [][]at{one(cn, "a\n\x1b[2J\u202eb\u0085\x7f")}, text: `CN=a\0A\1B[2J\E2\80\AEb\C2\85\7F`, also: []string{"CN=a\n\x1b[2J\u202eb\u0085\x7f"}},
		"with a zero":    {name: [][]at{one(cn, "a\x00b")}, text: `CN=a\00b`, not: []string{"CN=a"}},
		"long":           {name: [][]at{one(o, long), one(cn, long)}, text: "CN=" + long + ",O=" + long},
	}
}

// TestNames holds how names are written, what else is read as the same, and what is not.
func TestNames(t *testing.T) {
	t.Parallel()
	for what, r := range rows() {
		der := name(t, r.name...)
		n, err := subject.Of(der)
		if err != nil || n.String() != r.text || subject.Text(der) != r.text {
			t.Errorf("%s: got %s, %v\nwant %s", what, n, err, r.text)
			continue
		}
		for _, text := range append(r.also, r.text) {
			if got, err := subject.Parse(text); err != nil || !got.Equal(n) || !n.Equal(got) {
				t.Errorf("%s: %q is not %s: %v, %v", what, text, n, got, err)
			}
		}
		for _, text := range r.not {
			if got, err := subject.Parse(text); err != nil || got.Equal(n) || n.Equal(got) {
				t.Errorf("%s: %q is %s: %v, %v", what, text, n, got, err)
			}
		}
	}
}

// TestNamesApart holds that no name of the table is another.
func TestNamesApart(t *testing.T) {
	t.Parallel()
	all := rows()
	for a, left := range all {
		for b, right := range all {
			l, _ := subject.Of(name(t, left.name...))
			r, _ := subject.Of(name(t, right.name...))
			if l.Equal(r) != (a == b) {
				t.Errorf("%s and %s: %v", a, b, l.Equal(r))
			}
		}
	}
}

// TestNobody holds that an empty name is nobody's.
func TestNobody(t *testing.T) {
	t.Parallel()
	n, err := subject.Of(name(t))
	if err != nil || n.String() != "" || n.Equal(n) || n.Equal(subject.Name{}) {
		t.Errorf("got %q, %v", n, err)
	}
}

// TestNoNames holds what octets are no name, and how they are shown.
func TestNoNames(t *testing.T) {
	t.Parallel()
	good := name(t, one(cn, "a"))
	for what, der := range map[string][]byte{
		"nothing":     nil,
		"more":        append(bytes.Clone(good), 0),
		"empty set":   raw(t, asn1.TagSequence, true, raw(t, asn1.TagSet, true)).FullBytes,
		"no set":      raw(t, asn1.TagSequence, true, raw(t, asn1.TagSequence, true)).FullBytes,
		"no type":     raw(t, asn1.TagSequence, true, raw(t, asn1.TagSet, true, raw(t, asn1.TagSequence, true, raw(t, asn1.TagInteger, false, []byte{1}), raw(t, asn1.TagUTF8String, false)))).FullBytes,
		"no good OID": raw(t, asn1.TagSequence, true, raw(t, asn1.TagSet, true, raw(t, asn1.TagSequence, true, raw(t, asn1.TagOID, false, []byte{0x80}), raw(t, asn1.TagUTF8String, false)))).FullBytes,
		"no value":    raw(t, asn1.TagSequence, true, raw(t, asn1.TagSet, true, raw(t, asn1.TagSequence, true, raw(t, asn1.TagOID, false, []byte{0x55, 4, 3})))).FullBytes,
	} {
		if n, err := subject.Of(der); err == nil || n.Equal(n) {
			t.Errorf("%s: is the name %v", what, n)
		}
		if got := subject.Text(der); !strings.HasPrefix(got, "#") {
			t.Errorf("%s: is shown as %q", what, got)
		} else if _, err := subject.Parse(got); err == nil {
			t.Errorf("%s: %q can be listed", what, got)
		}
	}
	for end := range good {
		if n, err := subject.Of(good[:end]); err == nil {
			t.Errorf("%d octets are the name %v", end, n)
		}
	}
}

// TestNotParsed holds which texts are no names, and that the error tells the place and the way out.
func TestNotParsed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "empty",
		"   ":                   "empty",
		"teller":                "octet 1: a part of a name is TYPE=VALUE",
		"CN=a,":                 "octet 6: a part of a name is TYPE=VALUE",
		"CN=a,O":                "octet 6: a part of a name is TYPE=VALUE",
		"CN=Bank, Inc,O=x":      "octet 10: a part of a name is TYPE=VALUE",
		"CN=a+":                 "octet 6: a part",
		"=a":                    `octet 1: "" is no type`,
		"Kennung=a":             `octet 1: "Kennung" is no type that is known by this name`,
		"2.5.4.=a":              "no type",
		"OID.=a":                "no type",
		"CN=a;O=b":              `octet 5: ';' is written \3B in a value`,
		`CN="a b"`:              `octet 4: '"' is written \22 in a value`,
		"CN=<a>":                `'<' is written \3C`,
		"CN=a\x00":              `'\x00' is written \00`,
		`CN=a\`:                 "octet 5: a backslash is before",
		`CN=a\x`:                "octet 5: a backslash is before",
		`CN=a\4`:                "octet 5: a backslash is before",
		`CN=a\4g`:               "octet 5: a backslash is before",
		`CN=\ff`:                "octet 4: the value is not in UTF-8",
		"CN=\xff":               "octet 4: the value is not in UTF-8",
		"CN=#":                  "octet 4: these octets are not one value in DER",
		"CN=#0":                 "octet 4: encoding/hex",
		"CN=#0g":                "octet 4: encoding/hex",
		"CN=#0c026":             "encoding/hex",
		"CN=#0c0261":            "not one value in DER",
		"CN=#0c016161":          "not one value in DER",
		"CN=#1":                 `a # that begins a text is written \#`,
		"/O=Bank/CN=teller":     `"/O" is no type`,
		"subject=CN=teller,O=b": `"subject" is no type`,
	} {
		if n, err := subject.Parse(text); err == nil || !strings.Contains(err.Error(), want) || n.Equal(n) {
			t.Errorf("%q: got %v, %v; want an error with %s", text, n, err, want)
		}
	}
}

// certificate returns one with a subject, and the file of it.
func certificate(t *testing.T, der []byte) (*x509.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), RawSubject: der, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	made, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cert.pem")
	writeFile(t, file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made})))
	return cert, file
}

// TestCertificates holds that certificates by crypto/x509 have the names of the table, and that what openssl prints of them is read as the same.
func TestCertificates(t *testing.T) {
	t.Parallel()
	openssl, missing := exec.LookPath("openssl")
	for what, r := range rows() {
		if r.foreign {
			continue
		}
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			cert, file := certificate(t, name(t, r.name...))
			n, err := subject.Of(cert.RawSubject)
			if err != nil || n.String() != r.text {
				t.Fatalf("got %s, %v", n, err)
			}
			if missing == nil {
				printed(t, openssl, file, n)
			}
		})
	}
	if missing != nil {
		absent.Skip(t, "no openssl")
	}
}

// printed holds that what openssl prints of a certificate is a name.
func printed(t *testing.T, openssl, file string, want subject.Name) {
	t.Helper()
	for _, form := range []string{"RFC2253", "RFC2253,-esc_msb,utf8", "RFC2253,sep_comma_plus_space,space_eq", "RFC2253,lname", "RFC2253,oid"} {
		out, err := exec.CommandContext(t.Context(), openssl, "x509", "-in", file, "-noout", "-subject", "-nameopt", form).Output()
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSuffix(strings.TrimPrefix(string(out), "subject="), "\n")
		if got, err := subject.Parse(text); err != nil || !got.Equal(want) {
			t.Errorf("%s: openssl prints %q, which is %v, %v; want %v", form, text, got, err, want)
		}
	}
}

// TestByOpenSSL holds the names of certificates that openssl has made.
func TestByOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		absent.Skip(t, "no openssl")
	}
	for arg, want := range map[string]string{
		"/O=Bank/CN=teller":                                  "CN=teller,O=Bank",
		"/CN=teller/O=Bank":                                  "O=Bank,CN=teller",
		"/O=Bank/CN=mallory/CN=teller":                       "CN=teller,CN=mallory,O=Bank",
		"/DC=com/DC=bank/OU=People/OU=Staff/CN=ann":          "CN=ann,OU=Staff,OU=People,DC=bank,DC=com",
		"/C=DE/O=Bank/CN=bob/emailAddress=bob@bank.example":  "emailAddress=bob@bank.example,CN=bob,O=Bank,C=DE",
		`/O=Bank,Inc/CN=x+OU=a`:                              `OU=a+CN=x,O=Bank\,Inc`,
		"/UID=7/SN=Smith/GN=Ann/serialNumber=12/CN= Grün #":  `CN=\ Grün #,serialNumber=12,GN=Ann,SN=Smith,UID=7`,
		"/title=Dr/initials=A/pseudonym=x/dnQualifier=1":     "dnQualifier=1,pseudonym=x,initials=A,title=Dr",
		"/jurisdictionC=DE/businessCategory=b/postalCode=12": "postalCode=12,businessCategory=b,jurisdictionC=DE",
		"/organizationIdentifier=VAT-1/unstructuredName=u":   "unstructuredName=u,organizationIdentifier=VAT-1",
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "cert.pem")
		cmd := exec.CommandContext(t.Context(), openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8",
			"-multivalue-rdn", "-keyout", filepath.Join(dir, "key.pem"), "-out", file, "-subj", arg, "-days", "1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", arg, err, out)
			continue
		}
		block, _ := pem.Decode(readFile(t, file))
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		n, err := subject.Of(cert.RawSubject)
		listed, bad := subject.Parse(want)
		if err != nil || bad != nil || !n.Equal(listed) {
			t.Errorf("%s: got %s, %v; want %s, %v", arg, n, err, want, bad)
		}
		printed(t, openssl, file, n)
	}
}

// TestRandomNames holds that what is written is read as the same name, and as no other.
func TestRandomNames(t *testing.T) {
	t.Parallel()
	seed := time.Now().UnixNano()
	r := mathrand.New(mathrand.NewPCG(uint64(seed), 0))
	for range 3000 {
		sets := randomName(r)
		n, err := subject.Of(name(t, sets...))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back, err := subject.Parse(n.String())
		if err != nil || !back.Equal(n) || strings.ContainsAny(n.String(), "\n\x00\x1b") {
			t.Fatalf("seed %d: %q is read as %q, %v", seed, n, back, err)
		}
		if again, err := subject.Parse(back.String()); err != nil || !again.Equal(n) {
			t.Fatalf("seed %d: %q is read as %q, %v", seed, back, again, err)
		}
		i := r.IntN(len(sets))
		a := &sets[i][r.IntN(len(sets[i]))]
		switch r.IntN(3) {
		case 0:
			a.value = append(bytes.Clone(a.value), 'x', 'x', 'x', 'x')
		case 1:
			a.oid += ".9"
		case 2:
			sets = append(sets, one(cn, "more"))
		}
		if other, err := subject.Of(name(t, sets...)); err != nil || other.Equal(n) {
			t.Fatalf("seed %d: %q and %q are equal, %v", seed, other, n, err)
		}
	}
}

func randomName(r *mathrand.Rand) (sets [][]at) {
	oids := []string{cn, o, ou, c, dc, email, own, "2.5.4.4", "2.16.840.1.5"}
	tags := []int{asn1.TagUTF8String, asn1.TagPrintableString, asn1.TagIA5String, asn1.TagT61String, asn1.TagBMPString, tagUniversal, asn1.TagOctetString}
	letters := []rune("ab ,+\"\\<>;=# \n\x00\u202eä猫🐈")
	for range 1 + r.IntN(4) {
		var set []at
		for range 1 + r.IntN(3) {
			var text []rune
			for range r.IntN(8) {
				text = append(text, letters[r.IntN(len(letters))])
			}
			set = append(set, at{oids[r.IntN(len(oids))], tags[r.IntN(len(tags))], []byte(string(text))})
		}
		sets = append(sets, set)
	}
	return sets
}
