package nats

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// mostCredentials is how many octets a file of credentials has at most.
const mostCredentials = 64 << 10

// ParseURLs returns the servers that a text names, separated by commas: nats://host:port or tls://host:port, of which all but the first may
// leave out the scheme, and each the port (4222). Names and passwords do not belong there.
func ParseURLs(text string) ([]string, error) {
	var all []string
	scheme := ""
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if !strings.Contains(part, "://") && scheme != "" {
			part = scheme + "://" + part
		}
		u, err := url.Parse(part)
		switch {
		case err != nil:
			return nil, fmt.Errorf("the address of a store %.80q: %w", part, err)
		case u.Scheme != "nats" && u.Scheme != "tls":
			return nil, fmt.Errorf("the address of a store %.80q: it is written as nats://host:port,host:port… or tls://host:port…", part)
		case u.User != nil:
			return nil, fmt.Errorf("the address of a store at %s has a name or a password in it, which others can see: write those into a file of credentials", u.Host)
		case u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
			return nil, fmt.Errorf("the address of a store %.80q: a host, and perhaps a port, is all that stands there", part)
		}
		scheme = u.Scheme
		all = append(all, u.Scheme+"://"+u.Host)
	}
	return all, nil
}

// connection returns the options of the connection. Its error says what is wrong with the files.
func (o Options) connection() ([]nats.Option, error) {
	all := []nats.Option{
		nats.Name("dsom"), nats.MaxReconnects(-1), nats.ReconnectWait(100 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, 500*time.Millisecond),
		nats.Timeout(attemptTime), nats.PingInterval(2 * time.Second), nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // what cannot be sent now has surely not happened
		nats.IgnoreAuthErrorAbort(),
	}
	if o.CA != "" {
		if _, err := os.Stat(o.CA); err != nil {
			return nil, fmt.Errorf("the certificates by which the store's servers are known: %w", err)
		}
		all = append(all, nats.RootCAs(o.CA))
	}
	if o.Credentials == "" {
		return all, nil
	}
	who, err := credentials(o.Credentials)
	if err != nil {
		return nil, fmt.Errorf("the store's credentials: %w", err)
	}
	return append(all, who), nil
}

// credentials returns what is in a file, which is read again for each connection where it has the form that expires.
func credentials(path string) (nats.Option, error) {
	s, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case !s.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file", path)
	case s.Size() > mostCredentials:
		return nil, fmt.Errorf("%s has %d octets, the limit is %d", path, s.Size(), mostCredentials)
	case runtime.GOOS != "windows" && s.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s can be read or written by others (%v): chmod 600 %[1]s", path, s.Mode().Perm())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text := bytes.TrimSpace(b)
	switch { // a seed has letters and digits alone: SUSAN:secret is none
	case bytes.Contains(text, []byte("NATS USER JWT")):
		return nats.UserCredentials(path), nil
	case bytes.HasPrefix(text, []byte("SU")) && !bytes.Contains(text, []byte(":")) || bytes.Contains(text, []byte("BEGIN USER NKEY SEED")):
		who, err := nats.NkeyOptionFromSeed(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return who, nil
	}
	user, password, ok := strings.Cut(string(text), ":")
	if !ok || user == "" || strings.ContainsAny(string(text), "\r\n") {
		return nil, fmt.Errorf("%s is neither what nsc writes, nor the seed of an nkey, nor one line user:password", path)
	}
	return nats.UserInfo(user, password), nil
}
