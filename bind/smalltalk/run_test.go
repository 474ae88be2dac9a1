package smalltalk_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/bind/smalltalk"
	"github.com/opendsom/dsom/internal/absent"
)

// squeak skips the test where there is no Squeak.
func squeak(t testing.TB) {
	t.Helper()
	if err := (smalltalk.Program{}).Missing(); err != nil {
		absent.Skip(t, "%v: interop/install-peers has it", err)
	}
}

// program writes a program into a file of its own.
func program(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "prog.st")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// run runs a program and returns what it says.
func run(t testing.TB, p smalltalk.Program) (status int, out, complaints string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	p.Stdout, p.Stderr = &o, &e
	if p.Time == 0 {
		p.Time = 10 * time.Minute
	}
	status, err = p.Run(t.Context())
	return status, o.String(), e.String(), err
}

// TestRun: programs, what they print and how they end.
func TestRun(t *testing.T) {
	t.Parallel()
	squeak(t)
	for _, c := range []struct {
		name, text string
		args       []string
		status     int
		out        string
		complaints []string // that stand on standard error, in this order
	}{
		{name: "nothing", text: ""},
		{name: "hello", text: "DsomConsole say: 'hello ', (3 + 4) printString!\n", out: "hello 7\n"},
		{name: "without an exclamation mark", text: "DsomConsole say: 'end'", out: "end\n"},
		{name: "one within", text: "DsomConsole say: 'Oh!! ', $!! asString!\n", out: "Oh! !\n"},
		{name: "lines of either kind", text: "| a |\r\na := 1.\rDsomConsole say: a printString!\r\n", out: "1\n"},
		{name: "arguments", text: "DsomConsole say: DsomConsole arguments printString!", args: []string{"-a", "", "it's", "é"}, out: "('-a' '' 'it''s' 'é')\n"},
		{name: "a status", text: "DsomConsole say: 'a'. DsomConsole exit: 3. DsomConsole say: 'b'!", status: 3, out: "a\n"},
		{name: "a status that there is not", text: "DsomConsole exit: 256!", status: 1, complaints: []string{"0 to 255"}},
		{name: "a class", text: `Object subclass: #Counter instanceVariableNames: 'n ' classVariableNames: '' poolDictionaries: '' category: 'X'!
!Counter methodsFor: 'a'!
next
	n == nil ifTrue: [n := 0].
	^n := n + 1!
two
	self next.
	^self next! !
!Counter class methodsFor: 'b'!
say
	DsomConsole say: self new two printString! !
Counter say!`, out: "2\n"},
		{name: "not understood", text: "\n\n\nnil foo: 3!\n", status: 1, complaints: []string{"MessageNotUnderstood: UndefinedObject>>foo:", "prog.st, from line 4 on", "UndefinedObject(Object)>>doesNotUnderstand:", "DsomLoader"}},
		{name: "an error", text: "| a |\na := [:x | x error: 'too bad'].\na value: 3!", status: 1, complaints: []string{"Error: too bad", "SmallInteger(Object)>>error:", "[] in UndefinedObject>>DoIt"}},
		{name: "division", text: "1 / 0!", status: 1, complaints: []string{"Error: division by 0"}},
		{name: "an index", text: "(Array new: 3) at: 4!", status: 1, complaints: []string{"Error: subscript is out of bounds", "Array"}},
		{name: "halt", text: "nil halt!", status: 1, complaints: []string{"Halt encountered", "UndefinedObject"}},
		{name: "a primitive", text: "Object basicNew basicAt: #a!", status: 1, complaints: []string{"Error: "}},
		{name: "in another process", text: "[nil foo] fork. Processor yield. (Delay forSeconds: 50) wait!", status: 1, complaints: []string{"MessageNotUnderstood: UndefinedObject>>foo"}},
		{name: "syntax", text: "DsomConsole say: 'a'!\n\nDsomConsole say: ((!\n", status: 1, out: "a\n", complaints: []string{"prog.st:3: expression expected"}},
		{name: "syntax of a method", text: "!Object methodsFor: 'x'!\nfoo\n\t^1!\nbar\n\t^]! !\n", status: 1, complaints: []string{"prog.st:5: "}},
		{name: "undeclared", text: "\nDsomConsole say: fuu!", status: 1, complaints: []string{"prog.st:2: undeclared variable fuu"}},
		{name: "assigned and undeclared", text: "\nfuu := 3!", status: 1, complaints: []string{"prog.st:2: "}},
		{name: "without end", text: "!Object methodsFor: 'x'!\nforever\n\t^self forever! !\n3 forever!", status: 1, complaints: []string{"there is no more memory"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, out, complaints, err := run(t, smalltalk.Program{File: program(t, c.text), Args: c.args, Memory: 32})
			if err != nil || status != c.status || out != c.out {
				t.Errorf("got %d, %q, %v, want %d, %q; it complains:\n%s", status, out, err, c.status, c.out, complaints)
			}
			rest := complaints
			for _, s := range c.complaints {
				_, after, ok := strings.Cut(rest, s)
				if !ok {
					t.Errorf("it does not complain of %q there:\n%s", s, complaints)
				}
				rest = after
			}
			if c.complaints == nil && complaints != "" {
				t.Errorf("it complains:\n%s", complaints)
			}
		})
	}
}

// TestExceptions: exceptions are as ANSI has them.
func TestExceptions(t *testing.T) {
	t.Parallel()
	squeak(t)
	for _, c := range []struct{ name, expression, want string }{
		{"handled", "[nil foo. 5] on: MessageNotUnderstood do: [:e | e message selector]", "#foo"},
		{"not signalled", "[5] on: Error do: [:e | 6]", "5"},
		{"return", "[Error signal: 'x'. 5] on: Error do: [:e | e return: 7. 8]", "7"},
		{"resume", "[(Error signal: 'x') + 1] on: Error do: [:e | e resume: 7. 8]", "8"},
		{"twice in one block", "[(Error signal: 'x') + (Error signal: 'y')] on: Error do: [:e | e resume: 4]", "8"},
		{"pass", "[[Error signal: 'in'] on: Error do: [:e | e pass]] on: Error do: [:e | e messageText]", "'in'"},
		{"another kind", "[[Error signal: 'in'] on: MessageNotUnderstood do: [:e | 1]] on: Error do: [:e | 2]", "2"},
		{"of a set", "[Error signal] on: MessageNotUnderstood, Error do: [:e | 3]", "3"},
		{"in a handler", "[[Error signal: 'a'] on: Error do: [:e | Error signal: 'b']] on: Error do: [:e | e messageText]", "'b'"},
		{"retry", "| n | n := 0. [n := n + 1. n < 30 ifTrue: [nil foo]. n] on: Error do: [:e | e retry]", "30"},
		{"ensure", "| s | s := ''. [[s := s, 'a'. nil foo] ensure: [s := s, 'b']] on: Error do: [:e | s := s, 'c']. s", "'acb'"},
		{"ensure without", "| s | s := ''. [s := s, 'a'] ensure: [s := s, 'b']. s", "'ab'"},
		{"curtailed", "| s | s := ''. [[nil foo] ifCurtailed: [s := s, 'b']] on: Error do: [:e | ]. [1] ifCurtailed: [s := s, 'x']. s", "'b'"},
		{"an error in ensure", "[[[nil foo] ensure: [Error signal: 'z']] on: MessageNotUnderstood do: [:e | ]] on: Error do: [:e | e messageText]", "'z'"},
		{"again and again", "| n b | n := 0. b := [[nil foo] on: Error do: [:e | n := n + 1]]. 1000 timesRepeat: b. n", "1000"},
		{"old handlers", "[nil foo] ifError: [:a :b | a]", "'Message not understood: foo'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			locals, expression := "", c.expression
			if s, ok := strings.CutPrefix(expression, "| "); ok {
				locals, expression, _ = strings.Cut(s, " | ")
			}
			text := "| " + locals + " |\nDsomConsole say: ([:unused | " + expression + "] value: 0) printString!"
			status, out, complaints, err := run(t, smalltalk.Program{File: program(t, text)})
			if err != nil || status != 0 || out != c.want+"\n" {
				t.Errorf("got %d, %q, %v, want %s\n%s", status, out, err, c.want, complaints)
			}
		})
	}
}

// TestLimits: what does not end by itself is ended, and what is missing has a name.
func TestLimits(t *testing.T) {
	t.Parallel()
	squeak(t)
	if _, _, _, err := run(t, smalltalk.Program{File: program(t, "[true] whileTrue!"), Time: 300 * time.Millisecond}); !errors.Is(err, smalltalk.ErrTime) {
		t.Errorf("a loop without end: %v", err)
	}
	if _, _, _, err := run(t, smalltalk.Program{File: program(t, "Smalltalk quitPrimitive!")}); !errors.Is(err, smalltalk.ErrCrash) {
		t.Errorf("an end without a word: %v", err)
	}
	// A machine that has the program end well, and then crashes.
	if runtime.GOOS != "windows" {
		vm := filepath.Join(t.TempDir(), "vm")
		if err := os.WriteFile(vm, []byte("#!/bin/sh\necho 0 >\"${8}\"\nkill -SEGV $$\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		if status, _, _, err := run(t, smalltalk.Program{File: program(t, ""), VM: vm}); !errors.Is(err, smalltalk.ErrCrash) {
			t.Errorf("a crash at the end: %d, %v", status, err)
		}
	}
	if _, _, _, err := run(t, smalltalk.Program{File: filepath.Join(t.TempDir(), "none.st")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no program: %v", err)
	}
	if _, _, _, err := run(t, smalltalk.Program{File: program(t, ""), Image: program(t, "x")}); !errors.Is(err, smalltalk.ErrNotImage) {
		t.Errorf("no image: %v", err)
	}
	if _, _, _, err := run(t, smalltalk.Program{File: program(t, ""), VM: "/nonsense"}); !errors.Is(err, smalltalk.ErrMissing) {
		t.Errorf("no machine: %v", err)
	}
}
