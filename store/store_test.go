package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/store"
)

func TestCheckKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key  string
		want error
	}{
		{"a", nil},
		{"servers/0b1c/run_1.x=2F", nil},
		{strings.Repeat("k", store.MaxKey), nil},
		{"", store.ErrInvalid},
		{"/a", store.ErrInvalid},
		{"a/", store.ErrInvalid},
		{".a", store.ErrInvalid},
		{"a.", store.ErrInvalid},
		{"a b", store.ErrInvalid},
		{"a\x00", store.ErrInvalid},
		{"ä", store.ErrInvalid},
		{"a*", store.ErrInvalid},
		{strings.Repeat("k", store.MaxKey+1), store.ErrTooLarge},
	} {
		if got := store.CheckKey(c.key); !errors.Is(got, c.want) {
			t.Errorf("CheckKey(%.20q): got %v, want %v", c.key, got, c.want)
		}
	}
}

func TestEscapeKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "=", "bank": "bank", "a/b": "a=2Fb", "ä": "=C3=A4", "=": "=3D", "x.y": "x=2Ey", "\x00": "=00"} {
		got := store.EscapeKey(in)
		if got != want {
			t.Errorf("EscapeKey(%q): got %q, want %q", in, got, want)
		}
		if err := store.CheckKey("p/" + got); err != nil {
			t.Errorf("EscapeKey(%q) is not a legal part: %v", in, err)
		}
	}
}

func TestCheckOps(t *testing.T) {
	t.Parallel()
	many := make([]store.Op, store.MaxOps+1)
	for i := range many {
		many[i] = store.Create(fmt.Sprint("k", i), nil)
	}
	for name, c := range map[string]struct {
		ops  []store.Op
		want error
	}{
		"none":            {nil, nil},
		"all kinds":       {[]store.Op{store.Create("a", nil), store.Update("b", nil, 1), store.Delete("c", 1), store.Expect("d", 0)}, nil},
		"as many as may":  {many[:store.MaxOps], nil},
		"too many":        {many, store.ErrInvalid},
		"twice":           {[]store.Op{store.Create("a", nil), store.Expect("a", 1)}, store.ErrInvalid},
		"update from 0":   {[]store.Op{store.Update("a", nil, 0)}, store.ErrInvalid},
		"delete from 0":   {[]store.Op{store.Delete("a", 0)}, store.ErrInvalid},
		"no kind":         {[]store.Op{{Key: "a"}}, store.ErrInvalid},
		"value too large": {[]store.Op{store.Create("a", make([]byte, store.MaxValue+1))}, store.ErrTooLarge},
	} {
		if got := store.CheckOps(c.ops); !errors.Is(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestErrorTellsAll(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := error(&store.Error{Kind: store.ErrLocked, Path: "/x", Key: "k", Detail: "d", Help: "h", Err: cause, PID: 7, Program: "prog"})
	got, want := err.Error(), `store /x: key "k": in use by another process: process 7 (prog): d: cause; h`
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(err, store.ErrLocked) || !errors.Is(err, cause) || errors.Is(err, store.ErrFull) {
		t.Error("the error is not what it is made of, or something else")
	}
}

func FuzzEscapeKey(f *testing.F) {
	for _, s := range []string{"", "bank", "a/b", "ä", "=", "=3D", "=3d", "x.y", "\x00\xff", "=4", "=41"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		part := store.EscapeKey(s)
		if back, ok := store.UnescapeKey(part); !ok || back != s {
			t.Errorf("%q became %q and then %q, %v", s, part, back, ok)
		}
		if text, ok := store.UnescapeKey(s); ok && store.EscapeKey(text) != s {
			t.Errorf("%q was taken for an escaped %q", s, text)
		}
	})
}
