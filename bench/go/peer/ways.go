package peer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
	"github.com/opendsom/dsom/transport/ws"
)

// The peers "dsom-tls", "dsom-unix", "dsom-ws" and "dsom-netbios" are "dsom" by other ways than TCP. What a server and its client must agree on follows from the port.

func init() {
	Peers["dsom-tls"] = Peer{Serve: serveTLS, Dial: dialTLS}
	Peers["dsom-unix"] = Peer{
		Serve: func(l net.Listener) error {
			return serveBy(orb.Config{Listen: []string{"unix:" + socketOf(l.Addr().String())}, Transports: transport.Set{unix.New()}})
		},
		Dial: func(addr string) (Conn, error) {
			return dialBy(orb.Config{Transports: transport.Set{tcp.New(), unix.New()}}, "corbaloc:unix:"+socketOf(addr)+"/Echo")
		},
	}
}

func init() {
	Peers["dsom-ws"] = Peer{
		Serve: func(l net.Listener) error {
			l.Close()
			t, err := ws.New(ws.Config{})
			if err != nil {
				return err
			}
			return serveBy(orb.Config{Listen: []string{"ws:" + l.Addr().String()}, Transports: transport.Set{t}})
		},
		Dial: func(addr string) (Conn, error) {
			t, err := ws.New(ws.Config{})
			if err != nil {
				return nil, err
			}
			return dialBy(orb.Config{Transports: transport.Set{tcp.New(), t}}, "corbaloc:ws:"+addr+"/Echo")
		},
	}
}

func init() {
	Peers["dsom-netbios"] = Peer{
		Serve: func(l net.Listener) error {
			l.Close()
			t := netbios.New(netbios.Config{Resolver: allHere{}})
			return serveBy(orb.Config{Listen: []string{"netbios:BENCH@" + l.Addr().String()}, Transports: transport.Set{t}})
		},
		Dial: func(addr string) (Conn, error) {
			_, port, _ := net.SplitHostPort(addr)
			t := netbios.New(netbios.Config{Resolver: allHere{}})
			return dialBy(orb.Config{Transports: transport.Set{tcp.New(), t}}, "corbaloc:netbios:BENCH:"+port+"/Echo")
		},
	}
}

// allHere finds all names of NetBIOS on this machine.
type allHere struct{}

func (allHere) Lookup(context.Context, nbname.Name) ([]nbns.Entry, error) {
	return []nbns.Entry{{Addr: netip.MustParseAddr("127.0.0.1")}}, nil
}

func socketOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return "@dsom-bench-" + port
}

// certificateOf is the file of a server's certificate and key, which the client reads as that of its authority.
func certificateOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return filepath.Join(os.TempDir(), "dsom-bench-"+port+".pem")
}

func serveTLS(l net.Listener) error {
	addr := l.Addr().String()
	l.Close() // the ORB listens itself
	if err := writeCertificate(certificateOf(addr)); err != nil {
		return err
	}
	t, err := tls.New(tls.Config{Certificate: certificateOf(addr)})
	if err != nil {
		return err
	}
	return serveBy(orb.Config{Listen: []string{"tls:" + addr}, Transports: transport.Set{t}})
}

func dialTLS(addr string) (Conn, error) {
	t, err := tls.New(tls.Config{Authorities: certificateOf(addr)})
	if err != nil {
		return nil, err
	}
	return dialBy(orb.Config{Transports: transport.Set{tcp.New(), t}}, "corbaloc:ssliop:1.2@"+addr+"/Echo")
}

// writeCertificate makes a certificate for loopback, of an elliptic curve, that is its own authority.
func writeCertificate(file string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // its own file, and not where another leads it
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
