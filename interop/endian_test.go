package interop_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/peer"
)

// ordered are the packages of this project in which the order of octets matters, as they write and read it.
var ordered = strings.Fields(`cdr codeset typecode ior giop svc/somdd/wire transport/miop transport/ipx transport/ipx/sap
	transport/netbios/nbname transport/netbios/nbns transport/netbios/nbds transport/netbios/nbss`)

// above are those that stand on them: what is kept, and connections. They take a quarter of a minute of processor time for each machine.
var above = strings.Fields(`dyn/dynany typelib store/bbolt
	transport transport/socket transport/tcp transport/unix transport/oneport transport/proxied
	transport/ipx/locate transport/ipx/rfc1234 transport/ipx/tunnel transport/netbios`)

// long are more of them, which take a minute. They are run where DSOM_SOAK is set.
var long = strings.Fields(`dyn svc/naming/tree transport/ws transport/spx`)

// unordered are tests of these packages in which it does not matter: why they are left out.
var unordered = map[string]string{
	"they weigh what hostile input costs, or try very much, which takes minutes under emulation": `TestBombs TestIrregularGraphs TestHeldBombs TestOneIDAtRandom TestChainOfAnys TestIdentity TestNodes TestFlips TestDamagedObjects
		TestConformance/limits`,
	"they ask the system for its interfaces, of which the emulation tells none, or hold time that TLS does not keep under it": `TestOnLoopback TestSuites TestGroupAlone`,
	"they start programs, their own among them, which the system does not know how to run":                                    `TestCPlusPlus TestLocked TestFullDisk TestReadOnly TestKilledWriters`,
	"they count allocations within TLS, of which the standard library's AES has two more on a POWER":                          `TestSuiteSealed/NoAllocation`,
}

// TestBigEndian runs this project's own tests on machines that have the highest octet first: an IBM Z and a POWER.
func TestBigEndian(t *testing.T) {
	t.Parallel()
	var skip []string
	for _, names := range unordered {
		for _, n := range strings.Fields(names) {
			skip = append(skip, "^"+strings.ReplaceAll(n, "/", "$/^")+"$")
		}
	}
	all := slices.Concat(ordered, above)
	if os.Getenv("DSOM_SOAK") != "" {
		all = append(all, long...)
	}
	for _, arch := range []string{"s390x", "ppc64"} {
		t.Run(arch, func(t *testing.T) {
			emulator := "qemu-" + arch + "-static"
			peer.Need(t, peer.Tool{Name: emulator, Package: "qemu-user-static"})
			const bound = 20 * time.Minute
			ctx, cancel := context.WithTimeout(t.Context(), bound)
			defer cancel()
			args := []string{"test", "-short", "-v", "-count=1", "-timeout", "10m", "-exec", emulator, "-skip", strings.Join(skip, "|")}
			for _, p := range all {
				args = append(args, "./"+p)
			}
			cmd := exec.CommandContext(ctx, "go", args...)
			cmd.Dir = ".."
			cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
			out, err := cmd.CombinedOutput()
			passed := regexp.MustCompile(`(?m)^ok\s+\S+`).FindAll(out, -1)
			t.Logf("%d packages, %d tests", len(passed), len(regexp.MustCompile(`(?m)^--- PASS`).FindAll(out, -1)))
			if err != nil || len(passed) != len(all) {
				t.Errorf("%v; of %d packages %d passed\n%s", err, len(all), len(passed), failures(string(out)))
			}
		})
	}
}

// failures returns what failing tests have said.
func failures(out string) string {
	var b strings.Builder
	lines := strings.Split(out, "\n")
	for i, l := range lines {
		if strings.Contains(l, "--- FAIL") || strings.HasPrefix(l, "FAIL") || strings.HasPrefix(l, "panic: ") || strings.HasPrefix(l, "fatal error: ") || strings.HasPrefix(l, "# ") {
			b.WriteString(strings.Join(lines[max(0, i-10):min(i+3, len(lines))], "\n") + "\n...\n")
		}
	}
	return b.String()
}
