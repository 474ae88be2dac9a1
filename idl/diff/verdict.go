package diff

import (
	"encoding/json"
	"fmt"
)

// A Verdict says what a change does to one kind of program.
type Verdict uint8

// The verdicts, from the best to the worst.
const (
	// None: the question does not arise.
	None Verdict = iota
	// OK: programs of the other release work as before.
	OK
	// Caution: they work as long as nothing new is used on them, or work differently.
	Caution
	// Break: they fail.
	Break
)

var verdictNames = [...]string{"n/a", "compatible", "caution", "break"}

// String returns "n/a", "compatible", "caution" or "break".
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict %d", uint8(v))
}

// MarshalText writes the verdict as String does.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// An Impact is what a change does, in each view.
type Impact struct {
	// Wire is between programs of the two releases that call each other.
	Wire Verdict
	// Client, Servant and Subclass are programs that call objects, implement interfaces, and
	// derive interfaces or classes, when they are compiled anew and not changed.
	Client, Servant, Subclass Verdict
	// Binary is programs and subclasses that are not compiled anew, with the new class library.
	Binary Verdict
}

// Source returns the worst of the three views of those who compile.
func (i Impact) Source() Verdict { return max(i.Client, i.Servant, i.Subclass) }

// MarshalJSON writes {"wire": …, "source": {"client": …, "servant": …, "subclass": …}, "binary": …}.
func (i Impact) MarshalJSON() ([]byte, error) { return json.Marshal(i.view()) }

type source struct {
	Client   Verdict `json:"client"`
	Servant  Verdict `json:"servant"`
	Subclass Verdict `json:"subclass"`
}

type impactView struct {
	Wire   Verdict `json:"wire"`
	Source source  `json:"source"`
	Binary Verdict `json:"binary"`
}

func (i Impact) view() impactView {
	return impactView{i.Wire, source{i.Client, i.Servant, i.Subclass}, i.Binary}
}

// plainChange is Change without Impact's MarshalJSON, which embedding would promote.
type plainChange struct {
	Code    string   `json:"code"`
	Numbers []string `json:"numbers,omitempty"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Group   string   `json:"group"`
	Message string   `json:"message"`
	Why     string   `json:"why"`
	Do      string   `json:"do,omitempty"`
	Silent  bool     `json:"silent,omitempty"`
	Old     any      `json:"old"`
	New     any      `json:"new"`
	impactView
}

// MarshalJSON writes the change for programs: the fields of Change and of Impact; a place is
// {"file", "start": [line, column, offset], "end"}, or null.
func (c Change) MarshalJSON() ([]byte, error) {
	return json.Marshal(plainChange{c.Code, c.Numbers, c.Name, c.Kind, c.Group, c.Message, c.Why, c.Do, c.Silent, c.Old, c.New, c.view()})
}
