package jacorb

import (
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/interop/peer"
)

// password is that of key stores: Java has none without.
const password = "changeit"

// TLS returns the properties that have JacORB speak TLS and nothing else, with certificates of both sides: its own, in files in PEM, and those of the
// authority.
func TLS(t testing.TB, certificate, key, authority string) []string {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "openssl", Package: "openssl"}, peer.Tool{Name: "keytool", Package: "openjdk-17-jdk-headless"})
	store := filepath.Join(t.TempDir(), "store.p12")
	for _, c := range [][]string{
		{"openssl", "pkcs12", "-export", "-in", certificate, "-inkey", key, "-name", "own", "-out", store, "-passout", "pass:" + password},
		{"keytool", "-importcert", "-noprompt", "-alias", "authority", "-file", authority, "-keystore", store, "-storetype", "PKCS12", "-storepass", password},
	} {
		if out, err := peer.Output(t, c[0], c[1:]...); err != nil {
			t.Fatalf("%s: %v\n%s", c[0], err, out)
		}
	}
	const trust = "60" // EstablishTrustInTarget and EstablishTrustInClient, in hexadecimal
	return []string{
		"jacorb.security.support_ssl=on",
		"jacorb.ssl.socket_factory=org.jacorb.security.ssl.sun_jsse.SSLSocketFactory",
		"jacorb.ssl.server_socket_factory=org.jacorb.security.ssl.sun_jsse.SSLServerSocketFactory",
		"jacorb.security.keystore=" + store, "jacorb.security.keystore_password=" + password, "jacorb.security.keystore_type=JKS", // of others it reads no file; Java takes a store for what it is
		"jacorb.security.jsse.trustees_from_ks=on", "jacorb.security.jsse.client.key_manager_algorithm=SunX509",
		"jacorb.security.jsse.client.trust_manager_algorithm=PKIX", "jacorb.security.jsse.server.key_manager_algorithm=SunX509",
		"jacorb.security.jsse.server.trust_manager_algorithm=PKIX",
		"jacorb.security.ssl.client.supported_options=" + trust, "jacorb.security.ssl.client.required_options=" + trust,
		"jacorb.security.ssl.server.supported_options=" + trust, "jacorb.security.ssl.server.required_options=" + trust,
	}
}
