package c89_test

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
)

// patience is what a program may take that is waited for.
const patience = 2 * time.Minute

var announced = regexp.MustCompile(`^daemon +([0-9.:]+) `)

// theBank runs the demonstration, daemon and bank, and returns the URL of its naming service.
func theBank(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "dsom")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/dsom").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(program, "demo", "--port", "0", "--state", t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		slow := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		defer slow.Stop()
		_ = cmd.Wait()
	})
	t.Cleanup(end)
	slow := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer slow.Stop()
	address := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := announced.FindStringSubmatch(lines.Text()); m != nil {
			address = m[1]
		}
		if strings.HasPrefix(lines.Text(), "Type next") && address != "" {
			go func() {
				for lines.Scan() {
				}
			}()
			return "corbaloc:iiop:1.0@" + address + "/NameService"
		}
	}
	t.Fatal("the demonstration did not come up")
	return ""
}

// TestBank calls the bank in both orders of octets, from machines of both: the daemon's naming service finds it, the daemon starts it, and
// forwards the calls.
func TestBank(t *testing.T) {
	t.Parallel()
	url := theBank(t)
	const first = 87.5 // what the demonstration leaves
	calls := 0
	for _, c := range []compiler{native, i686, s390x} {
		t.Run(c.name, func(t *testing.T) {
			program := c.build(t)
			for _, order := range []string{"", "-little", "-big"} {
				args := []string{program}
				if c.run != "" {
					if _, err := exec.LookPath(c.run); err != nil {
						absent.Skip(t, "no %s: interop/install-peers has it", c.run)
					}
					args = []string{c.run, program}
				}
				if order != "" {
					args = append(args, order)
				}
				calls++
				balance := first + float64(calls)*10.25
				want := fmt.Sprintf("owner main\ndeposited 12.50\nwithdrawn 2.25, balance %.2f\nbalance %.2f\nInsufficientFunds, balance %.2f\nIDL:omg.org/CORBA/BAD_OPERATION:1.0 completed 1\n", balance, balance, balance)
				out, err := exec.CommandContext(t.Context(), args[0], append(args[1:], url)...).CombinedOutput()
				if err != nil || string(out) != want {
					t.Errorf("%v: %v\n%s\nwant\n%s", args, err, out, want)
				}
			}
		})
	}
	replay(t, strings.Split(strings.Split(url, "@")[1], "/")[0])
	program := native.build(t)
	for args, want := range map[string]string{
		url + " bank/nobody":                               "resolve: the operation raised an exception IDL:omg.org/CosNaming/NamingContext/NotFound:1.0\n",
		strings.Replace(url, "NameService", "x", 1):        "resolve: a system exception IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0 minor ",
		"corbaloc::127.0.0.1:1/NameService":                "resolve: no connection, or it has failed\n",
		"corbaloc::127.0.0.1:1x/NameService":               "resolve: no corbaloc URL\n",
		"corbaloc::127.0.0.1:70000/NameService":            "resolve: no corbaloc URL\n",
		"corbaloc::127.0.0.1/Name%4":                       "resolve: no corbaloc URL\n",
		"corbaloc::a,:b/NameService":                       "resolve: no corbaloc URL\n",
		"corbaloc:rir:/NameService":                        "resolve: no corbaloc URL\n",
		"corbaloc::/NameService":                           "resolve: no corbaloc URL\n",
		"corbaloc::" + strings.Repeat("h", 300) + "/x":     "resolve: more than this client takes",
		"corbaloc::127.0.0.1/" + strings.Repeat("k", 1025): "resolve: more than this client takes",
		url + " " + strings.Repeat("n", 300):               "resolve: more than this client takes",
	} {
		out, err := exec.CommandContext(t.Context(), program, strings.Fields(args)...).CombinedOutput()
		if err == nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("%s: %v, %q, want %q", args, err, out, want)
		}
	}
}
