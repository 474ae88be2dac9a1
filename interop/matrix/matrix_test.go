package matrix_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/peer"
)

// whole returns a report in which all cases went well, but for those that are changed.
func whole(change map[string]peer.Verdict) peer.Report {
	calls := map[peer.Verdict]int{peer.OK: 1}
	var r peer.Report
	for _, name := range matrix.Cases() {
		verdict := peer.OK
		if v, ok := change[name]; ok {
			verdict = v
		}
		if verdict != "" {
			r.Outcomes = append(r.Outcomes, peer.Outcome{Case: name, Verdict: verdict, Calls: calls[verdict]})
		}
	}
	return r
}

func TestJudge(t *testing.T) {
	t.Parallel()
	limits := matrix.Of([]matrix.Limit{
		{Cases: []string{"fixed"}, Why: "no fixed"},
		{Cases: []string{"latin1"}, Why: "only as a server", Server: true},
		{Cases: []string{"prims"}, Why: "only in 1.0", Versions: []string{"1.0"}},
	}, true, "1.2")
	for _, c := range []struct {
		name   string
		change map[string]peer.Verdict
		wrong  string
	}{
		{"all as it should be", map[string]peer.Verdict{"fixed": peer.Unsupported, "wchar": peer.Expected}, ""},
		{"a limit that is none", nil, "fixed went well"},
		{"a failure", map[string]peer.Verdict{"fixed": peer.Fail, "long": peer.Fail}, "fail long"},
		{"not run", map[string]peer.Verdict{"fixed": peer.Fail, "ping": ""}, "ping was not run"},
		{"a limit of the other side", map[string]peer.Verdict{"fixed": peer.Fail, "latin1": peer.Fail}, "fail latin1"},
		{"a limit of another version", map[string]peer.Verdict{"fixed": peer.Fail, "prims": peer.Fail}, "fail prims"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cells, wrong := matrix.Judge(whole(c.change), matrix.Suites, limits)
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
	limits := matrix.Of([]matrix.Limit{{Cases: []string{"fixed", "ping"}}, {Cases: []string{"long"}, Proof: "jacorb/limits"}}, false, "1.2")
	wrong := matrix.Alone(whole(map[string]peer.Verdict{"fixed": peer.Fail}), limits)
	if len(wrong) != 1 || !strings.HasPrefix(wrong[0], "ping goes well") {
		t.Errorf("got %q", wrong)
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]matrix.Cell{
		"7": {Good: 7}, "7, limit 1": {Good: 7, Limited: []string{"fixed"}}, "0, limit 1": {Limited: []string{"fixed"}}, "–": {},
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
	_, wrong := matrix.Judge(r, matrix.Suites, nil)
	if len(wrong) != 1 || wrong[0] != r.Outcomes[0].Case+" went well, and called nobody" {
		t.Errorf("got %q", wrong)
	}
}
