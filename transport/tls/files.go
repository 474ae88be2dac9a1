package tls

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// mostFile bounds a file of certificates or keys, in octets.
const mostFile = 16 << 20

// files are what a Config names, as it was when it was last good.
type files struct {
	config Config
	log    *slog.Logger

	mu      sync.Mutex
	seen    [4]stamp  // of the files, when they were last looked at
	keyLog  io.Writer // of all connections, or nil
	keyFile *os.File
	current atomic.Pointer[material]
	clock   func() time.Time
}

// A stamp tells whether a file has changed.
type stamp struct {
	at   time.Time
	size int64
	info os.FileInfo
}

func (s stamp) equal(o stamp) bool {
	return s.at.Equal(o.at) && s.size == o.size && (s.info == nil) == (o.info == nil) && (s.info == nil || os.SameFile(s.info, o.info))
}

// material is what is made of the files at one time.
type material struct {
	own            *tls.Certificate // or nil
	client, server *tls.Config
	tickets        tickets
}

// tickets are the keys under which a server gives its clients what their sessions are resumed by. New files have keys of their own: who is to be known by others, or
// is not to be known any more, shakes hands in full.
type tickets struct {
	keys [][32]byte // the one in use first
	made time.Time
}

// The life of a key of tickets: it is in use for a day, and good for another. Tickets themselves are good for a week at most (RFC 8446, section 4.6.1).
const ticketKeyLife = 24 * time.Hour

// mostSessions is how many servers a client remembers sessions of.
const mostSessions = 64

// renew draws a key, if there is none or it is old.
func (m *material) renew(now time.Time) {
	t := &m.tickets
	if len(t.keys) > 0 && now.Sub(t.made) < ticketKeyLife {
		return
	}
	var key [32]byte
	rand.Read(key[:])
	keys := [][32]byte{key}
	if len(t.keys) > 0 && now.Sub(t.made) < 2*ticketKeyLife {
		keys = append(keys, t.keys[0])
	}
	t.keys, t.made = keys, now
	m.server.SetSessionTicketKeys(keys)
}

func (f *files) names() [4]string {
	return [4]string{f.config.Certificate, f.config.Key, f.config.Authorities, f.config.Clients}
}

// stamps looks at the files. One that is not there has the zero stamp.
func (f *files) stamps() (all [4]stamp) {
	for i, name := range f.names() {
		if name == "" {
			continue
		}
		if info, err := os.Stat(name); err == nil {
			all[i] = stamp{info.ModTime(), info.Size(), info}
		}
	}
	return all
}

// now returns what the files say. Those that have changed are read; where that fails what was good stays in force, and it is logged once.
func (f *files) now() *material {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.stamps()
	same := true
	for i := range now {
		same = same && now[i].equal(f.seen[i])
	}
	if same {
		m := f.current.Load()
		m.renew(f.clock())
		return m
	}
	if err := f.read(now); err != nil {
		f.log.Error("certificates have changed and cannot be used; those from before stay in force", "error", err)
	} else {
		f.log.Info("certificates have changed, and are in force for new connections", "certificate", f.config.Certificate)
	}
	return f.current.Load()
}

// load reads the files.
func (f *files) load() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.config.KeyLog != "" && f.keyFile == nil {
		file, err := os.OpenFile(f.config.KeyLog, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return fmt.Errorf("the file for the secrets of connections: %w", err)
		}
		f.keyFile, f.keyLog = file, file
		f.log.Warn("the secrets of TLS connections are written to a file: who has it can read what was recorded of them", "file", f.config.KeyLog)
	}
	return f.read(f.stamps())
}

// read reads the files, which had stamps before. The lock is held.
func (f *files) read(stamps [4]stamp) error {
	f.seen = stamps // also if they are no good: they are tried again when they have changed
	base := &tls.Config{MinVersion: tls.VersionTLS13, KeyLogWriter: f.keyLog, DynamicRecordSizingDisabled: true}
	if f.config.TLS12 {
		base.MinVersion = tls.VersionTLS12
	}
	m := &material{client: base.Clone(), server: base.Clone()}
	if f.config.Certificate != "" {
		own, err := f.certificate()
		if err != nil {
			return err
		}
		m.own = own
		m.server.Certificates = []tls.Certificate{*own}
	} else if f.config.Key != "" {
		return errors.New("there is a private key, and no certificate that it belongs to")
	}
	var err error
	if m.client.RootCAs, err = authorities(f.config.Authorities); err != nil {
		return err
	}
	if f.config.KnowOwn && m.own != nil {
		if m.client.RootCAs == nil {
			var bad error
			if m.client.RootCAs, bad = x509.SystemCertPool(); bad != nil {
				f.log.Warn("the system's authorities cannot be read, and no server is known by them", "error", bad)
				m.client.RootCAs = x509.NewCertPool()
			}
		}
		m.client.RootCAs.AddCert(m.own.Leaf)
	}
	if f.config.Clients != "" {
		if m.server.ClientCAs, err = authorities(f.config.Clients); err != nil {
			return err
		}
		m.server.ClientAuth = tls.RequireAndVerifyClientCert
	}
	m.client.ClientSessionCache = tls.NewLRUClientSessionCache(mostSessions)
	m.renew(f.clock())
	f.current.Store(m)
	return nil
}

func (f *files) certificate() (*tls.Certificate, error) {
	cert, err := readFile(f.config.Certificate)
	if err != nil {
		return nil, fmt.Errorf("the certificate: %w", err)
	}
	key := cert
	if f.config.Key != "" {
		if key, err = readFile(f.config.Key); err != nil {
			return nil, fmt.Errorf("the private key: %w", err)
		}
	}
	own, err := tls.X509KeyPair(cert, key)
	if err != nil {
		of := f.config.Certificate
		if f.config.Key != "" {
			of += " and " + f.config.Key
		}
		return nil, fmt.Errorf("the certificate and its key in %s: %w", of, err)
	}
	return &own, nil
}

// authorities reads a file of certificates; nil, the system's, for "".
func authorities(name string) (*x509.CertPool, error) {
	if name == "" {
		return nil, nil
	}
	text, err := readFile(name)
	if err != nil {
		return nil, fmt.Errorf("the authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("the authorities: %s has no certificate in PEM", name)
	}
	return pool, nil
}

func readFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostFile+1))
	if err == nil && len(text) > mostFile {
		err = fmt.Errorf("%s is longer than %d octets", name, mostFile)
	}
	return text, err
}

func (f *files) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	file := f.keyFile
	f.keyFile = nil
	if file == nil {
		return nil
	}
	return file.Close()
}
