package peer

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
)

// rawListener is where a server of plain frames listens: at l, or instead of it, and by the same way as the ORB does (see ways.go).
func rawListener(l net.Listener, io string) (net.Listener, error) {
	addr := l.Addr().String()
	switch io {
	case "unix":
		l.Close()
		return net.Listen("unix", socketOf(addr))
	case "tls":
		file := certificateOf(addr)
		if err := writeCertificate(file); err != nil {
			return nil, err
		}
		c, err := tls.LoadX509KeyPair(file, file)
		if err != nil {
			return nil, err
		}
		return tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{c}}), nil
	}
	return l, nil
}

func rawDial(addr, io string) (net.Conn, error) {
	switch io {
	case "unix":
		return net.Dial("unix", socketOf(addr))
	case "tls":
		file := certificateOf(addr)
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		known := x509.NewCertPool()
		if !known.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s has no certificate", file)
		}
		return tls.Dial("tcp", addr, &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: known})
	}
	return net.Dial("tcp", addr)
}
