package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A Kernel is one process or world in which the steps of one case are taken.
type Kernel interface {
	// Do takes a step of the case and answers what docs/som.md says for it: nil, a string, a bool,
	// an int, []string, or [][]any of class and offset. An error has a code, see [Failure].
	// The step "new" answers its trace with an error, too.
	Do(c *Case, s Step) (any, error)
}

// A Failure is an error with one of the codes of docs/som.md.
type Failure struct {
	Code string
	Text string // what a person reads
}

func (f *Failure) Error() string { return f.Code + ": " + f.Text }

// Compare takes the steps of a case and returns the first difference, or nil.
func Compare(k Kernel, c *Case) error {
	for i, s := range c.Steps {
		is, err := k.Do(c, s)
		if err := s.judge(is, err); err != nil {
			return fmt.Errorf("step %d, %s: %w", i, s, err)
		}
	}
	return nil
}

// judge says what is wrong with an answer.
func (s Step) judge(is any, err error) error {
	var f *Failure
	switch {
	case err != nil && !errors.As(err, &f):
		return fmt.Errorf("an error without a code: %w", err)
	case err != nil && s.Error == "":
		return fmt.Errorf("got the error %w", err)
	case err == nil && s.Error != "":
		return fmt.Errorf("got %v, want an error %q", is, s.Error)
	case err != nil && f.Code != s.Error:
		return fmt.Errorf("got the error %w, want the code %q", err, s.Error)
	case err != nil && f.Text == "":
		return fmt.Errorf("the error %q has no text", f.Code)
	}
	for _, w := range s.Says {
		if !hasWord(f.Text, w) {
			return fmt.Errorf("got the error %w, which does not say %q", err, w)
		}
	}
	if len(s.Is) == 0 {
		return nil
	}
	got, err := canonical(is)
	if err != nil {
		return err
	}
	var w any
	if err := json.Unmarshal(s.Is, &w); err != nil {
		return err
	}
	want, err := canonical(w)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("got %s, want %s", got, want)
	}
	return nil
}

// hasWord reports whether a text has a name that is not part of another, plain or qualified.
func hasWord(text, name string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n,;()", r) })
	return slices.ContainsFunc(words, func(w string) bool { return strings.TrimRight(w, ":.") == name })
}

// canonical is a value as JSON, an absent list as an empty one.
func canonical(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	if string(b) == "null" {
		return "[]", nil
	}
	return string(b), nil
}

// Run holds a kernel to cases, each in a new one. What open returns may be closed by t.Cleanup.
func Run(t *testing.T, cases []Case, open func(t *testing.T) Kernel) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if err := Compare(open(t), &c); err != nil {
				t.Errorf("%s\n%v\n%v", c.About, err, c)
			}
		})
	}
}
