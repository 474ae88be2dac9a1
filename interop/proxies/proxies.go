//go:build linux

// Package proxies runs programs that stand between clients and servers: HAProxy, Squid and nginx, as Debian has them. They end with their test.
package proxies

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/peer"
)

// Files is a folder for what a program reads, and whoever it becomes.
func Files(t testing.TB, files map[string]string) (dir string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "proxy")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil { // Squid becomes a user of its own
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// HAProxy runs HAProxy by a configuration, of which what concerns the process is written here. It is ready when it listens at a port of 127.0.0.1.
func HAProxy(t testing.TB, port int, conf string) {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "haproxy", Package: "haproxy"})
	dir := Files(t, map[string]string{"haproxy.cfg": "global\n  maxconn 2000\ndefaults\n  timeout connect 10s\n  timeout client 60s\n  timeout server 60s\n" + conf})
	peer.Serve(t, listens(port), "haproxy", "-db", "-f", filepath.Join(dir, "haproxy.cfg"))
}

// Squid runs Squid at a port of 127.0.0.1; rules are its access rules.
func Squid(t testing.TB, port int, rules string) {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "squid", Package: "squid"})
	dir := Files(t, nil)
	conf := fmt.Sprintf("http_port 127.0.0.1:%d\n%s\ncache deny all\npid_filename none\naccess_log none\ncache_log %s/cache.log\ncoredump_dir %s\nshutdown_lifetime 0 seconds\npinger_enable off\n"+
		"via off\nvisible_hostname squid.test\nmax_filedescriptors 1024\n", port, rules, dir, dir)
	path := filepath.Join(dir, "squid.conf")
	if err := os.WriteFile(path, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	peer.Serve(t, listens(port), "squid", "-N", "-f", path)
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(dir, "cache.log")); err == nil && t.Failed() {
			t.Logf("squid says:\n%s", log)
		}
	})
}

// SquidPasswords is the program by which Squid asks a file who its users are, and such a file with one user.
func SquidPasswords(t testing.TB, user, password string) (program, file string) {
	t.Helper()
	program = "/usr/lib/squid/basic_ncsa_auth"
	peer.Need(t, peer.Tool{Name: program, Package: "squid"}, peer.Tool{Name: "openssl", Package: "openssl"})
	hash, err := exec.Command("openssl", "passwd", "-apr1", password).Output()
	if err != nil {
		t.Fatal(err)
	}
	return program, filepath.Join(Files(t, map[string]string{"users": user + ":" + string(hash)}), "users")
}

// Nginx runs nginx with a configuration of its http part. It is ready when it listens at a port of 127.0.0.1.
func Nginx(t testing.TB, port int, http string) {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "nginx", Package: "nginx"})
	dir := Files(t, nil)
	conf := fmt.Sprintf("daemon off;\nmaster_process off;\nerror_log %s/error.log;\npid %s/pid;\nevents { worker_connections 512; }\nhttp {\naccess_log off;\nclient_body_temp_path %s/body;\nproxy_temp_path %s/proxy;\nfastcgi_temp_path %s/f;\n"+
		"uwsgi_temp_path %s/u;\nscgi_temp_path %s/s;\n%s\n}\n", dir, dir, dir, dir, dir, dir, dir, http)
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	peer.Serve(t, listens(port), "nginx", "-e", filepath.Join(dir, "error.log"), "-c", path)
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(dir, "error.log")); err == nil && t.Failed() {
			t.Logf("nginx says:\n%s", log)
		}
	})
}

// listens reports whether somebody takes connections at a port of 127.0.0.1.
func listens(port int) func() bool {
	return func() bool {
		c, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)), time.Second)
		if err == nil {
			c.Close()
		}
		return err == nil
	}
}
