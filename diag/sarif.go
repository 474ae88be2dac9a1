package diag

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

// A Tool is who reports, for WriteSARIF.
type Tool struct {
	Name, Version, URL string
	// Table describes the codes that diagnostics may have; those that do are told with them.
	Table Table
}

// The parts of SARIF 2.1.0 (OASIS, 2020) that are written; its names.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri,omitempty"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string       `json:"id"`
		Short         sarifText    `json:"shortDescription"`
		Full          sarifText    `json:"fullDescription"`
		Configuration sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
		ByteOffset  int `json:"byteOffset"`
		ByteLength  int `json:"byteLength,omitempty"`
	}
)

// WriteSARIF writes diagnostics as a log of SARIF 2.1.0, which code hosts and editors read.
// Columns of the log count Unicode characters in SARIF and octets here: source returns the
// texts to convert them with; where it has none, octets are given as they are.
func WriteSARIF(w io.Writer, tool Tool, ds []Diagnostic, source func(file string) ([]byte, bool)) error {
	s := sarifWriter{source: source, at: map[Code]int{}}
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: tool.Name, Version: tool.Version, InformationURI: tool.URL, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
	}
	for _, d := range ds {
		i, ok := s.at[d.Code]
		if !ok {
			i = len(run.Tool.Driver.Rules)
			s.at[d.Code] = i
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(tool.Table, d))
		}
		r := sarifResult{RuleID: string(d.Code), RuleIndex: i, Level: sarifLevel(d.Severity), Message: sarifText{d.Message}}
		if d.Help != "" {
			r.Message.Text += "; " + d.Help
		}
		if d.Span.Start.File != "" {
			r.Locations = []sarifLocation{s.location(d.Span, "")}
		}
		for _, n := range d.Notes {
			if n.Span.Start.File != "" {
				r.Related = append(r.Related, s.location(n.Span, n.Message))
			}
		}
		run.Results = append(run.Results, r)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func sarifRuleOf(t Table, d Diagnostic) sarifRule {
	r := sarifRule{ID: string(d.Code), Short: sarifText{string(d.Code)}, Full: sarifText{string(d.Code)}, Configuration: sarifDefault{sarifLevel(d.Severity)}}
	if e, ok := t.Lookup(d.Code); ok {
		r.Short.Text, r.Full.Text, r.Configuration.Level = e.Title, e.Explanation, sarifLevel(e.Severity)
	}
	return r
}

func sarifLevel(s Severity) string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "note"
}

type sarifWriter struct {
	source func(string) ([]byte, bool)
	at     map[Code]int // of rules
}

func (s *sarifWriter) location(at Span, message string) sarifLocation {
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{fileURI(at.Start.File)}}}
	if message != "" {
		l.Message = &sarifText{message}
	}
	if at.IsValid() {
		l.Physical.Region = &sarifRegion{StartLine: at.Start.Line, StartColumn: s.column(at.Start), ByteOffset: at.Start.Offset}
		if at.End.File == at.Start.File && at.End.Line >= at.Start.Line && at.End.Offset > at.Start.Offset {
			l.Physical.Region.EndLine, l.Physical.Region.EndColumn = at.End.Line, s.column(at.End)
			l.Physical.Region.ByteLength = at.End.Offset - at.Start.Offset
		}
	}
	return l
}

// column returns the column in characters.
func (s *sarifWriter) column(p Position) int {
	if s.source == nil {
		return p.Column
	}
	text, ok := s.source(p.File)
	from := p.Offset - (p.Column - 1)
	if !ok || from < 0 || p.Offset > len(text) {
		return p.Column
	}
	return len([]rune(string(text[from:p.Offset]))) + 1
}

// fileURI returns a path as a URI reference: relative paths stay relative.
func fileURI(file string) string {
	slashed := filepath.ToSlash(file)
	u := url.URL{Path: slashed}
	if strings.HasPrefix(slashed, "/") {
		u.Scheme = "file"
	}
	return u.String()
}
