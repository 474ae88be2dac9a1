package diag_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/opendsom/dsom/diag"
)

// TestSARIF holds the shape that SARIF 2.1.0 asks for: what its schema requires, its spelling
// of levels, indexes into the rules, and columns in characters.
func TestSARIF(t *testing.T) {
	t.Parallel()
	text := "const string S = \"\u00e4\" + 1;\n"
	at := func(line, column, offset int) diag.Position {
		return diag.Position{File: "a b.idl", Line: line, Column: column, Offset: offset}
	}
	ds := []diag.Diagnostic{
		{Code: "X1", Severity: diag.Error, Message: "wrong", Help: "mend it", Span: diag.Span{Start: at(1, 24, 23), End: at(1, 25, 24)},
			Notes: []diag.Note{{Message: "here", Span: diag.Span{Start: at(1, 1, 0), End: at(1, 6, 5)}}, {Message: "nowhere"}}},
		{Code: "X2", Severity: diag.Info, Message: "so what", Span: diag.Span{Start: diag.Position{File: "/c.idl"}}},
		{Code: "X1", Severity: diag.Error, Message: "wrong again"},
	}
	tool := diag.Tool{Name: "dsom", Version: "1", URL: "https://example.com", Table: diag.Table{{Code: "X1", Title: "title", Explanation: "why"}}}
	var b bytes.Buffer
	if err := diag.WriteSARIF(&b, tool, ds, func(string) ([]byte, bool) { return []byte(text), true }); err != nil {
		t.Fatal(err)
	}
	type location struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           *struct{ StartLine, StartColumn, EndLine, EndColumn, ByteOffset, ByteLength int }
		}
		Message *struct{ Text string }
	}
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			ColumnKind string
			Tool       struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID                                string
						ShortDescription, FullDescription struct{ Text string }
						DefaultConfiguration              struct{ Level string }
					}
				}
			}
			Results []struct {
				RuleID                      string
				RuleIndex                   int
				Level                       string
				Message                     struct{ Text string }
				Locations, RelatedLocations []location
			}
		}
	}
	d := json.NewDecoder(&b)
	if err := d.Decode(&log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || log.Schema == "" || len(log.Runs) != 1 || log.Runs[0].ColumnKind != "unicodeCodePoints" {
		t.Fatalf("got %+v", log)
	}
	rules, results := log.Runs[0].Tool.Driver.Rules, log.Runs[0].Results
	if len(rules) != 2 || len(results) != 3 || rules[0].ShortDescription.Text != "title" || rules[0].FullDescription.Text != "why" {
		t.Fatalf("got %+v", log)
	}
	for i, r := range results {
		if rules[r.RuleIndex].ID != r.RuleID || r.RuleID != string(ds[i].Code) || r.Message.Text == "" {
			t.Errorf("got %+v", r)
		}
	}
	first := results[0]
	if first.Level != "error" || results[1].Level != "note" || first.Message.Text != "wrong; mend it" || len(first.RelatedLocations) != 1 {
		t.Errorf("got %+v", first)
	}
	l := first.Locations[0].PhysicalLocation
	if l.ArtifactLocation.URI != "a%20b.idl" || l.Region.StartColumn != 23 || l.Region.EndColumn != 24 || l.Region.ByteOffset != 23 || l.Region.ByteLength != 1 {
		t.Errorf("got %+v %+v", l, l.Region)
	}
	if l := results[1].Locations[0].PhysicalLocation; l.ArtifactLocation.URI != "file:///c.idl" || l.Region != nil {
		t.Errorf("got %+v", l)
	}
	if len(results[2].Locations) != 0 {
		t.Errorf("got %+v", results[2])
	}
	b.Reset()
	if err := diag.WriteSARIF(&b, tool, nil, nil); err != nil || !bytes.Contains(b.Bytes(), []byte(`"results": []`)) {
		t.Errorf("got %s, %v", &b, err)
	}
}
