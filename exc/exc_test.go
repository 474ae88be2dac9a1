package exc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
)

// kinds returns all kinds, found by their names: the one behind the last is UNKNOWN again.
func kinds() (all []exc.Kind) {
	for k := exc.Kind(0); k == 0 || k.Name() != "UNKNOWN"; k++ {
		all = append(all, k)
	}
	return all
}

func TestKinds(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range kinds() {
		if seen[k.Name()] || k.Name() != strings.ToUpper(k.Name()) || k.Error() != k.Name() {
			t.Errorf("name %q", k.Name())
		}
		seen[k.Name()] = true
		for _, id := range []string{k.ID(), strings.Replace(k.ID(), "omg.org/", "", 1)} {
			if got, ok := exc.KindOf(id); !ok || got != k {
				t.Errorf("%s is %v, %v", id, got, ok)
			}
		}
	}
	if len(seen) != 39 {
		t.Errorf("%d kinds", len(seen))
	}
	for _, id := range []string{"", "IDL:omg.org/CORBA/:1.0", "IDL:omg.org/CORBA/Timeout:1.0", "IDL:omg.org/CORBA/TIMEOUT:1.1", "TIMEOUT"} {
		if k, ok := exc.KindOf(id); ok || k != exc.Unknown {
			t.Errorf("%q is %v", id, k)
		}
	}
	if exc.Kind(200).Name() != "UNKNOWN" {
		t.Errorf("kind 200 is %v", exc.Kind(200))
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	e := exc.New(exc.CommFailure, exc.MinorConnectionLost, exc.Maybe, "to %s: %w", "host", io.ErrUnexpectedEOF)
	err := fmt.Errorf("call: %w", e)
	for _, target := range []error{exc.CommFailure, io.ErrUnexpectedEOF, e, exc.New(exc.CommFailure, exc.MinorConnectionLost, exc.Maybe, "")} {
		if !errors.Is(err, target) {
			t.Errorf("%v is not %v", err, target)
		}
	}
	for _, target := range []error{exc.Transient, io.EOF, exc.New(exc.CommFailure, 0, exc.Maybe, ""), exc.New(exc.CommFailure, exc.MinorConnectionLost, exc.No, "")} {
		if errors.Is(err, target) {
			t.Errorf("%v is %v", err, target)
		}
	}
	if e.Reason != "to host: unexpected EOF" || e.Timeout() || !exc.New(exc.Timeout, 0, exc.No, "").Timeout() {
		t.Errorf("reason %q", e.Reason)
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		e    *exc.SystemException
		want string
	}{
		{exc.New(exc.NoResources, 0, exc.No, ""), "NO_RESOURCES completed NO"},
		{exc.New(exc.NoResources, 5, exc.Maybe, ""), "NO_RESOURCES (minor 0x00000005) completed MAYBE"},
		{exc.New(exc.Timeout, exc.MinorDeadline, exc.Yes, ""), "TIMEOUT (minor 0x44534003, the deadline passed before the reply came) completed YES"},
		{exc.New(exc.Timeout, exc.MinorDeadline, exc.Yes, "after %ds", 3), "TIMEOUT (minor 0x44534003) completed YES: after 3s"},
		{&exc.SystemException{Kind: exc.ObjectNotExist, Completed: 7, Remote: true}, "peer raised OBJECT_NOT_EXIST completed MAYBE"},
	} {
		if got := c.e.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestFrom(t *testing.T) {
	t.Parallel()
	e := exc.New(exc.Marshal, 1, exc.Yes, "")
	var none *exc.SystemException
	for _, c := range []struct {
		what  string
		err   error
		kind  exc.Kind
		minor uint32
		done  exc.Completed
	}{
		{"itself", e, exc.Marshal, 1, exc.Yes},
		{"wrapped", fmt.Errorf("x: %w", e), exc.Marshal, 1, exc.Yes},
		{"deadline", context.DeadlineExceeded, exc.Timeout, exc.MinorDeadline, exc.No},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), exc.Transient, exc.MinorCancelled, exc.No},
		{"foreign", io.EOF, exc.Unknown, exc.MinorForeignError, exc.No},
		{"typed nil", none, exc.Unknown, exc.MinorTypedNil, exc.No},
		{"wrapped typed nil", fmt.Errorf("x: %w", none), exc.Unknown, exc.MinorTypedNil, exc.No},
	} {
		got := exc.From(c.err, exc.No)
		if got == nil || got.Kind != c.kind || got.Minor != c.minor || got.Completed != c.done {
			t.Errorf("%s: got %+v", c.what, got)
		}
	}
	if got := exc.From(nil, exc.No); got != nil {
		t.Errorf("nil became %v", got)
	}
}

// The table of minor codes names each pair of exception and code once, says something of
// each, and is not changed through what Minors returns.
func TestMinors(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	list := exc.Minors()
	for _, m := range list {
		key := fmt.Sprintf("%v %#x", m.Kind, m.Code)
		if seen[key] {
			t.Errorf("%s occurs twice", key)
		}
		seen[key] = true
		if m.Meaning == "" || m.Cure == "" || strings.HasSuffix(m.Meaning, ".") {
			t.Errorf("%s: meaning %q, cure %q", key, m.Meaning, m.Cure)
		}
		if vendor := m.Code &^ 0xfff; vendor != exc.OMGVMCID && vendor != exc.DSOMVMCID {
			t.Errorf("%s is of no vendor we know", key)
		}
		if got, ok := exc.MinorMeaning(m.Kind, m.Code); !ok || got != m.Meaning {
			t.Errorf("%s means %q", key, got)
		}
	}
	if len(list) == 0 {
		t.Fatal("the table is empty")
	}
	list[0].Meaning = "changed"
	if exc.Minors()[0].Meaning == "changed" {
		t.Error("the table can be changed from outside")
	}
	if _, ok := exc.MinorMeaning(exc.Unknown, 0xffffffff); ok {
		t.Error("an unknown minor code means something")
	}
}
