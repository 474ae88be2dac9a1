package matrix_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/peer"
)

// whole returns a report in which all cases went well, but for those that are changed: to a verdict, and the detail behind it.
func whole(change map[string]string) peer.Report {
	calls := map[peer.Verdict]int{peer.OK: 1}
	var r peer.Report
	for _, name := range matrix.Cases() {
		verdict, detail := peer.OK, ""
		if c, ok := change[name]; ok {
			word, rest, _ := strings.Cut(c, " ")
			verdict, detail = peer.Verdict(word), rest
		}
		if verdict != "" {
			r.Outcomes = append(r.Outcomes, peer.Outcome{Case: name, Verdict: verdict, Detail: detail, Calls: calls[verdict]})
		}
	}
	return r
}

func TestJudge(t *testing.T) {
	t.Parallel()
	limits := []matrix.Limit{
		{Cases: []string{"fixed"}, Why: "no fixed", Seen: []string{"BAD_PARAM", "zero octets"}},
		{Cases: []string{"latin1"}, Why: "only as a server", Server: true},
		{Cases: []string{"prims"}, Why: "only in 1.0", Versions: []string{"1.0"}, Seen: []string{"NO"}},
		{Cases: []string{"locate"}, Why: "no means"},
	}
	for _, c := range []struct {
		name, version string
		change        map[string]string
		wrong         string
	}{
		{"all as it should be", "1.2", map[string]string{"fixed": "fail zero octets came"}, ""},
		{"by the other failure", "1.2", map[string]string{"fixed": "expected BAD_PARAM"}, ""},
		{"a limit that is none", "1.2", map[string]string{"fixed": "ok"}, "fixed went well"},
		{"a limit that fails otherwise", "1.2", map[string]string{"fixed": "fail got 1, want 2"}, "fixed is a limit that ends in"},
		{"a limit not run", "1.2", map[string]string{"fixed": ""}, "fixed is a limit that ends in"},
		{"a limit without means that was tried", "1.2", map[string]string{"locate": "fail COMM_FAILURE"}, "locate is a limit that ends in"},
		{"a limit without means not there", "1.2", map[string]string{"locate": ""}, ""},
		{"a failure", "1.2", map[string]string{"long": "fail"}, "fail long"},
		{"not run", "1.2", map[string]string{"ping": ""}, "ping was not run"},
		{"a limit of the other side", "1.2", map[string]string{"latin1": "fail"}, "fail latin1"},
		{"a limit of another version", "1.2", map[string]string{"prims": "fail NO"}, "fail prims"},
		{"a limit of this version", "1.0", map[string]string{"prims": "fail NO"}, ""},
		{"wide in 1.0", "1.0", map[string]string{"prims": "fail NO", "wchar": "expected MARSHAL", "wstring": "expected INV_OBJREF"}, ""},
		{"wide in 1.0 by another exception", "1.0", map[string]string{"prims": "fail NO", "wchar": "expected COMM_FAILURE"}, "wchar failed with COMM_FAILURE"},
		{"wide in 1.1", "1.1", map[string]string{"wchar": "expected MARSHAL"}, "wchar failed with MARSHAL, which nothing demands in GIOP 1.1"},
		{"wide in 1.2", "1.2", map[string]string{"types_wide": "expected INV_OBJREF"}, "types_wide failed with INV_OBJREF"},
		{"no char of one octet", "1.2", map[string]string{"char_latin1": "expected DATA_CONVERSION"}, ""},
		{"no char of one octet where nothing is negotiated", "1.0", map[string]string{"prims": "fail NO", "char_latin1": "expected DATA_CONVERSION"}, "char_latin1 failed with"},
		{"what is never demanded", "1.2", map[string]string{"ping": "expected MARSHAL"}, "ping failed with MARSHAL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			change := map[string]string{"fixed": "fail BAD_PARAM", "locate": "unsupported no call"}
			maps.Copy(change, c.change)
			cells, wrong := matrix.Judge(whole(change), c.version, matrix.Suites, matrix.Of(limits, true, c.version))
			if len(cells) != len(matrix.Suites) {
				t.Errorf("got %d cells", len(cells))
			}
			if c.wrong == "" && len(wrong) > 0 || c.wrong != "" && (len(wrong) != 1 || !strings.HasPrefix(wrong[0], c.wrong)) {
				t.Errorf("got %q, want %q", wrong, c.wrong)
			}
		})
	}
}

func TestAlone(t *testing.T) {
	t.Parallel()
	all := []matrix.Limit{
		{Cases: []string{"fixed"}},
		{Cases: []string{"ping"}, Seen: []string{"so"}, Alone: []string{"otherwise"}},
		{Cases: []string{"long"}, Proof: "jacorb/limits"},
		{Cases: []string{"fixed_any"}, Proof: "as fixed", By: "fixed"},
		{Cases: []string{"types_fixed"}, Proof: "as string", By: "string", Client: true},
		{Cases: []string{"wchar"}, Versions: []string{"1.1"}},
	}
	if got, want := matrix.Shown(all, "1.2"), []string{"fixed", "ping", "string"}; !slices.Equal(got, want) {
		t.Errorf("shown are %q, want %q", got, want)
	}
	limits := matrix.Of(all, true, "1.2")
	for _, c := range []struct {
		changes map[string]string
		without string
		want    []string
	}{
		{map[string]string{"fixed": "unsupported no means", "ping": "fail so", "string": "fail NO"}, "", nil},
		{map[string]string{"fixed": "unsupported no means", "ping": "fail alone otherwise", "string": "fail NO"}, "", nil},
		{map[string]string{"fixed": "unsupported no means"}, "", []string{"ping goes well", "string goes well"}},
		{map[string]string{"fixed": "unsupported no means", "string": "fail NO"}, "ping", []string{"ping was not run"}},
		{map[string]string{"fixed": "fail NO", "ping": "fail in a third way", "string": "fail NO"}, "", []string{"fixed ends in", "ping ends in"}},
	} {
		r := whole(c.changes)
		r.Outcomes = slices.DeleteFunc(r.Outcomes, func(o peer.Outcome) bool { return o.Case == c.without })
		wrong := matrix.Alone(r, limits, nil)
		if !slices.EqualFunc(wrong, c.want, strings.HasPrefix) {
			t.Errorf("%v: got %q, want %q", c.changes, wrong, c.want)
		}
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]matrix.Cell{
		"7": {Good: 7}, "7, limit 1": {Good: 7, Limited: []string{"fixed"}}, "0, limit 1": {Limited: []string{"fixed"}}, "–": {},
		"5, refused 6": {Good: 5, Refused: 6}, "0, refused 1, limit 1": {Refused: 1, Limited: []string{"fixed"}},
	} {
		if got := c.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestSuites demands that no case is in two suites.
func TestSuites(t *testing.T) {
	t.Parallel()
	all := matrix.Cases()
	if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
		t.Errorf("%d cases are in two suites", len(all)-n)
	}
}

// TestJudgeCalls demands that a case which says that it went well, and called nobody, did not.
func TestJudgeCalls(t *testing.T) {
	t.Parallel()
	r := whole(nil)
	r.Outcomes[0].Calls = 0
	_, wrong := matrix.Judge(r, "1.2", matrix.Suites, nil)
	if len(wrong) != 1 || wrong[0] != r.Outcomes[0].Case+" went well, and called nobody" {
		t.Errorf("got %q", wrong)
	}
}

// TestDemands demands that what has to be refused are cases of the table.
func TestDemands(t *testing.T) {
	t.Parallel()
	for _, d := range matrix.Demands {
		for _, name := range d.Cases {
			if !slices.Contains(matrix.Cases(), name) || d.Clause == "" || len(d.Versions) == 0 || len(d.Exceptions) == 0 {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}
