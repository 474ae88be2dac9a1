package diff_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/diff"
	"github.com/opendsom/dsom/internal/golden"
)

// An expectation is what a pair of releases must come to.
type expectation struct {
	binary  diff.Verdict // the worst there is
	code    string       // of a change that must be there with the rule's number
	refused string       // instead: the compiler refuses the new release with this code
	why     string       // instead: why IDL shows no change
}

// rrbc are the rules of release-to-release binary compatibility, one by one. Of each there is a
// pair of releases in testdata.
var rrbc = map[string]expectation{
	"R1":  {binary: diff.OK, code: "operation-added"},
	"R2":  {binary: diff.OK, code: "interface-added"},
	"R3":  {why: "only a method's implementation changed"},
	"R4":  {binary: diff.OK, code: "data-added"},
	"R5":  {binary: diff.OK, code: "data-removed"},
	"R6":  {binary: diff.OK, code: "data-retyped"},
	"R7":  {binary: diff.OK, code: "data-resized"},
	"R8":  {binary: diff.OK, code: "base-inserted-above"},
	"R9":  {binary: diff.Caution, code: "base-added"},
	"R10": {binary: diff.OK, code: "method-moved-up"},
	"R11": {binary: diff.OK, code: "override-moved-up"},
	"R12": {binary: diff.OK, code: "override-added"},
	"R13": {binary: diff.OK, code: "override-removed"},
	"R14": {binary: diff.Caution, code: "metaclass-derived"},
	"R15": {binary: diff.Caution, code: "metaclass-added"},
	"R16": {binary: diff.OK, code: "attribute-added"},
	"R17": {binary: diff.OK, code: "accessors-changed"},
	"R18": {binary: diff.OK, code: "operation-reordered"},
	"R19": {binary: diff.OK, code: "method-removed-slot-kept"},
	"R20": {binary: diff.OK, code: "method-published"},
	"R21": {binary: diff.OK, code: "method-removed-slot-kept"},
	"R22": {binary: diff.Break, code: "method-kind-changed"},
	"R23": {binary: diff.OK, code: "select-changed"},
	"R24": {binary: diff.OK, code: "initializer-added"},
	"R25": {binary: diff.OK, code: "staticdata-added"},
	"R26": {binary: diff.OK, code: "data-renamed"},
	"R27": {binary: diff.OK, code: "dllname-changed"},
	"R28": {why: "a class is replaced at run time, by somSubstituteClass"},
	"R29": {binary: diff.OK, code: "minor-version-raised"},
	"R30": {why: "IDL does not say in which language a class is implemented"},
	"R31": {binary: diff.OK, code: "raises-widened"},
	"R32": {binary: diff.Caution, code: "method-collides"},
	"R33": {binary: diff.Caution, code: "memory-changed"},
	"R34": {binary: diff.OK, code: "operation-added"},
	"N1":  {binary: diff.Break, code: "operation-removed"},
	"N2":  {binary: diff.Caution, code: "release-order-changed"},
	"N3":  {binary: diff.Break, code: "parameter-type-changed"},
	"N4":  {binary: diff.Break, code: "base-removed"},
	"N5":  {binary: diff.Break, code: "minor-version-lowered"},
	"N6":  {binary: diff.Break, code: "major-version-changed"},
	"N7":  {refused: "IDL4005"},
	"N8":  {refused: "IDL4006"},
	"N9":  {refused: "IDL4009"},
	"N10": {binary: diff.Break, code: "metaclass-conflict"},
	"N11": {binary: diff.Break, code: "parents-conflict"},
	"N12": {why: "no client can reach the instance data of another class: there is nothing to declare"},
}

// release compiles one release of a pair: private parts only where private says so.
func release(t *testing.T, rule, which string, private bool) *idl.Result {
	t.Helper()
	r, _ := idl.Compile(context.Background(), idl.Options{Dialect: idl.SOM, Private: private}, filepath.Join("testdata", rule, which+".idl"))
	return r
}

// TestRRBC holds the class of every row R1 to R34 and N1 to N12.
func TestRRBC(t *testing.T) {
	t.Parallel()
	var rules []string
	for n := 1; n <= 34; n++ {
		rules = append(rules, fmt.Sprintf("R%d", n))
	}
	for n := 1; n <= 12; n++ {
		rules = append(rules, fmt.Sprintf("N%d", n))
	}
	var b strings.Builder
	for _, rule := range rules {
		want, ok := rrbc[rule]
		if !ok {
			t.Errorf("%s is not expected to be anything", rule)
			continue
		}
		private := rule == "R19" // what is removed is private
		old, new := release(t, rule, "old", private), release(t, rule, "new", private)
		b.WriteString("=== " + rule + "\n")
		if want.refused != "" {
			if old.Spec == nil || new.Spec != nil || string(new.Report.All()[0].Code) != want.refused {
				t.Errorf("%s: got %v, want the new release refused with %s", rule, new.Report.All(), want.refused)
			}
			fmt.Fprintf(&b, "refused: %s\n", new.Report.All()[0])
			continue
		}
		if old.Spec == nil || new.Spec == nil {
			t.Errorf("%s does not compile: %v %v", rule, old.Report.All(), new.Report.All())
			continue
		}
		r := diff.Compare(old.Spec, new.Spec, diff.Options{})
		if want.why != "" {
			fmt.Fprintf(&b, "no change visible in IDL: %s\n", want.why)
			if len(r.Changes) > 0 {
				t.Errorf("%s: got %s", rule, rows(r))
			}
			continue
		}
		b.WriteString(rows(r))
		if got := r.Worst().Binary; got != want.binary {
			t.Errorf("%s: got %s, want %s\n%s", rule, got, want.binary, rows(r))
		}
		if !slices.ContainsFunc(r.Changes, func(c diff.Change) bool { return c.Code == want.code && slices.Contains(c.Numbers, rule) }) {
			t.Errorf("%s: no change %s\n%s", rule, want.code, rows(r))
		}
	}
	golden.Check(t, "rrbc.golden", b.String())
}

// TestRRBCNumbers holds that every row of the table that a change can show is some rule's, and
// that numbers with an R mean OK or caution, and with an N a break, but
// for N2, which breaks only programs that go by place.
func TestRRBCNumbers(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range diff.Rules() {
		for _, n := range r.Numbers {
			seen[n] = true
			least := diff.Break
			if n == "N2" {
				least = diff.Caution
			}
			if n[0] == 'N' && r.Binary != least || n[0] == 'R' && n != "R22" && r.Binary == diff.Break {
				t.Errorf("%s is %s for binaries, and has number %s", r.Code, r.Binary, n)
			}
		}
	}
	for rule, want := range rrbc {
		if want.code != "" && !seen[rule] {
			t.Errorf("no rule has number %s", rule)
		}
	}
}

// TestSlotPrivate holds that what is private is not compared unless it is asked for.
func TestSlotPrivate(t *testing.T) {
	t.Parallel()
	if r := diff.Compare(release(t, "R19", "old", false).Spec, release(t, "R19", "new", false).Spec, diff.Options{}); len(r.Changes) > 0 {
		t.Errorf("got %s", rows(r))
	}
}
