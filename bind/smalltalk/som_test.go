package smalltalk_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/bind/smalltalk"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var shelf sombuild.Shelf

func TestMain(m *testing.M) {
	status := m.Run()
	shelf.Clear()
	os.Exit(status)
}

// checked has the plugin and libsom, and all that they allocate, watched; its frames go by a longjmp of the machine's, as is said to the checker.
const checked = "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"

// plugin is the folder that the plugin is built in with these flags, and a value of SOM_PATH by which class libraries in C++ are found. The test is skipped where what that takes is missing.
func plugin(t testing.TB, flags string) (dir, path string) {
	t.Helper()
	squeak(t)
	zoo := classlib.Zoo(t)
	path = classlib.Build(t, zoo, classlib.Plain) + string(os.PathListSeparator) +
		classlib.Build(t, classlib.Source{IDL: "../javascript/testdata/threads.idl", Code: "../javascript/testdata/threads.cpp"}, classlib.Plain, "-pthread") + string(os.PathListSeparator) +
		classlib.Build(t, classlib.Source{IDL: "testdata/asker.idl", Include: []string{filepath.Dir(zoo.IDL)}, Code: "testdata/asker.cc"}, classlib.Plain, "-I"+classlib.Build(t, zoo, classlib.Plain))
	kernel := sombuild.Kernel(t, "gcc", flags)
	return shelf.Once(t, "plugin"+strings.NewReplacer(" ", "", "/", "").Replace(flags), func(dir string) error {
		if said, err := exec.Command("make", "-s", "-C", "plugin", "BUILD="+dir, "KERNEL="+kernel, "CFLAGS="+flags).CombinedOutput(); err != nil {
			return fmt.Errorf("make: %w\n%s", err, said)
		}
		return nil
	}), path
}

// runSOM runs a program with the plugin and the libraries, and returns what it prints; where DSOM_SOAK is set again under the checkers of addresses and undefined behaviour, where it prints the same. (TestStress always
// does so.)
func runSOM(t testing.TB, text string) string {
	t.Helper()
	out := runFor(t, 3*time.Minute, classlib.Plain, text)
	if os.Getenv("DSOM_SOAK") == "" {
		return out
	}
	if again := runFor(t, 5*time.Minute, checked, text); again != out {
		t.Errorf("under the checkers it prints\n%s\nand else\n%s", again, out)
	}
	return out
}

// runFor does so once, with a limit.
func runFor(t testing.TB, most time.Duration, flags, text string) string {
	t.Helper()
	dir, path := plugin(t, flags)
	env := []string{"SOM_PATH=" + path}
	if flags == checked {
		var preload []string
		for _, library := range []string{"libasan.so", "libubsan.so", "libstdc++.so"} {
			preload = append(preload, strings.TrimSpace(sombuild.Run(t, nil, "g++", "-print-file-name="+library)))
		}
		// What Squeak and libsom have for as long as the process lives is no leak: TestStress looks for those.
		env = append(env, "LD_PRELOAD="+strings.Join(preload, ":"), "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0")
	}
	status, out, complaints, err := run(t, smalltalk.Program{File: program(t, text), Plugin: dir, Env: env, Time: most})
	if err != nil || status != 0 || complaints != "" {
		t.Fatalf("%s: status %d, %v, it complains:\n%s\nand prints\n%s", flags, status, err, complaints, out)
	}
	return out
}

const puppy = `
(SomClass named: 'Zoo::Dog') subclass: #Whelp instanceVariableNames: 'heard ' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Whelp methodsFor: 'overrides'!
speak: n
	n = 13 ifTrue: [^self error: 'thirteen'].
	n = 14 ifTrue: [^'no number'].
	^(super speak: n) + 1000!
heard
	^heard! !
`

// TestSOM: classes of C++ are used, and subclassed; C++ calls the overrides.
func TestSOM(t *testing.T) {
	t.Parallel()
	_, path := plugin(t, classlib.Plain)
	program := puppy + `
| d a w show raises |
show := [:x | DsomConsole say: x printString].
raises := [:b | ([b value. #nothing] on: Error do: [:e | (e isKindOf: SomException) ifTrue: [e id, ' ', e messageText] ifFalse: [e description]])].
d := (SomClass named: 'Zoo::Dog') new.
show value: d class name, ' ', d class superclass name, ' ', d class superclass superclass name.
show value: (d speak: 3).
d name: 'Gr' , (Character value: 252) asString, 'n'.
show value: d name.
show value: (d friendOf: d) == d.
show value: (raises value: [d friendOf: nil]).
show value: (raises value: [d speak: 2000]).
show value: (raises value: [d speak: -1]).
show value: (raises value: [d speak: 'x']).
show value: (raises value: [d speak: 16r8000000000000000]).
show value: (d speak: 400).
show value: (raises value: [d friendOf: 3]).
show value: (raises value: [SomClass named: 'Zoo::Nobody']).
show value: (SomClass named: 'Zoo::Puppy') new owner.
a := (SomClass named: 'Asker') new.
show value: (a ask: d n: 3 times: 1000).
w := Whelp new.
show value: (w speak: 3).
show value: (a ask: w n: 3 times: 1000).
show value: (a friends: w other: d) == d.
show value: (a friends: d other: w) == w.
show value: (raises value: [a ask: w n: 13 times: 5]).
show value: (raises value: [a ask: w n: 14 times: 5]).
show value: (raises value: [a ask: w n: 2000 times: 5]).
show value: (a ask: w n: 3 times: 1).
w somRelease.
show value: (raises value: [w speak: 3]).
a hold: d.
d somRelease.
show value: (a held: 5).
show value: SomObject living!
`
	want := `'SomZooDog SomZooAnimal SomSOMObject'
7
'Grün'
true
'IDL:omg.org/CORBA/BAD_PARAM:1.0 argument 1 of friend_of is no value for it'
'IDL:Zoo/TooLoud:1.0 '
'IDL:Zoo/Asleep:1.0 '
'IDL:omg.org/CORBA/BAD_PARAM:1.0 argument 1 of speak is no value for it'
'IDL:omg.org/CORBA/BAD_PARAM:1.0 argument 1 of speak is no value for it'
801
'IDL:omg.org/CORBA/BAD_PARAM:1.0 argument 1 of friend_of is no value for it'
'IDL:omg.org/CORBA/BAD_OPERATION:1.0 there is no class Zoo::Nobody, and no library libzoo_nobody.so, nor one of its module that has it, in PATH'
'somebody'
7000
1007
1007000
true
true
'IDL:opendsom/SmalltalkError:1.0 Error: thirteen'
'IDL:omg.org/CORBA/BAD_PARAM:1.0 the override of speak returns what is no value for its result'
'IDL:Zoo/TooLoud:1.0 '
1007
'IDL:omg.org/CORBA/BAD_PARAM:1.0 the object has been released'
11
2
`
	want = strings.NewReplacer("ü", "\xfc", "PATH", path).Replace(want)
	if got := runSOM(t, program); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestSubclasses: a class is made by each of the messages with which Squeak and Amber make one; C++ calls what it overrides.
func TestSubclasses(t *testing.T) {
	t.Parallel()
	for how, fields := range map[string]bool{
		"":                              false,
		"instanceVariableNames: 'mine'": true,
		"instanceVariableNames: 'mine' category: 'T'":                                                 true,
		"instanceVariableNames: 'mine' package: 'T'":                                                  true,
		"instanceVariableNames: 'mine' classVariableNames: 'Ours' category: 'T'":                      true,
		"instanceVariableNames: 'mine' classVariableNames: 'Ours' package: 'T'":                       true,
		"instanceVariableNames: 'mine' classVariableNames: 'Ours' poolDictionaries: '' package: 'T'":  true,
		"instanceVariableNames: 'mine' classVariableNames: 'Ours' poolDictionaries: '' category: 'T'": true,
		"slots: #(mine)":              true,
		"slots: {#mine} package: 'T'": true,
		"slots: {#mine. #more} classVariables: {#Ours. #Theirs} package: 'T'": true,
	} {
		body := "^(super speak: n) + 1000"
		if fields {
			body = "mine := n. ^(super speak: mine) + 1000"
		}
		if strings.Contains(how, "Ours") {
			body = "Ours := n. " + body
		}
		got := runSOM(t, "SomClass named: 'Zoo::Dog'!\nSomZooDog subclass: #Puppy "+how+"!\n!Puppy methodsFor: 'x'!\nspeak: n\n\t"+body+`! !
Puppy subclass: #Younger!
!Younger methodsFor: 'x'!
speak: n
	^(super speak: n) + 1! !
| a |
a := (SomClass named: 'Asker') new.
DsomConsole say: Puppy superclass name, ' ', (a ask: Puppy new n: 3 times: 1) printString, ' ', (a ask: Younger new n: 3 times: 1) printString!
`)
		if got != "SomZooDog 1007 1008\n" {
			t.Errorf("%s: got %s", how, got)
		}
	}
}

// TestUnmade: an object whose class cannot be made in Smalltalk is given back.
func TestUnmade(t *testing.T) {
	t.Parallel()
	got := runSOM(t, `
SomClass named: 'Zoo::Dog'!
(SomObject class) compileUnlogged: 'import: aPointer
	^self error: ''unmade''' classified: 'x' notifying: nil!
| d h |
d := (SomClass named: 'Zoo::Dog') new.
h := d somHandle copy.
SomObject leave: h. "nothing stands for it"
SomObject primRetain: h.
DsomConsole say: (SomObject primShared: h) printString.
[SomObject on: h] on: Error do: [:e | DsomConsole say: 'not made'].
DsomConsole say: (SomObject primShared: h) printString!
`)
	if got != "true\nnot made\nfalse\n" {
		t.Errorf("got %s", got)
	}
}

// TestThreads: threads of C++ call overrides, which Smalltalk's own thread carries out, also while it is busy, and within which it calls C++.
func TestThreads(t *testing.T) {
	t.Parallel()
	got := runSOM(t, puppy+`
| a w |
a := (SomClass named: 'Asker') new.
w := Whelp new.
a askAside: w n: 3 times: 20 threads: 8.
[a allAsked < 8] whileTrue: [a ask: w n: 1 times: 2. (Delay forMilliseconds: 1) wait].
DsomConsole say: a sum printString, a failed.
a askAside: w n: 13 times: 1 threads: 1.
[a allAsked < 9] whileTrue: [(Delay forMilliseconds: 1) wait].
DsomConsole say: a sum printString, ' ', a failed.
#(0 86400001 nil) do: [:ms | DsomConsole say: ([SomObject patience: ms. 'accepted'] on: SomException do: [:e | e messageText])]!
`)
	if n := strings.Count(got, "patience: takes milliseconds"); n != 3 {
		t.Errorf("of three patiences that are none %d are refused: %s", n, got)
	}
	if want := fmt.Sprint(8*20*1007, "\n", 8*20*1007, " "); !strings.HasPrefix(got, want) || !strings.Contains(got, "Error: thirteen") {
		t.Errorf("got %s", got)
	}
}

// TestTurns: processes at the priority of an interrupt by the user have their turns while overrides of calls come one behind the other, those of the program's own thread and those of others that an open call lets in.
func TestTurns(t *testing.T) {
	t.Parallel()
	got := runSOM(t, puppy+`
| a w turns stop had |
a := (SomClass named: 'Asker') new.
w := Whelp new.
turns := 0. stop := false.
[[stop] whileFalse: [(Delay forMilliseconds: 2) wait. turns := turns + 1]] forkAt: Processor userInterruptPriority.
a ask: w n: 3 times: 100000.
DsomConsole say: (turns > 5 ifTrue: ['turns'] ifFalse: [turns printString]).
a askAside: w n: 3 times: 2000 threads: 4.
had := turns.
SomObject openDuring: [a ask: w n: 3 times: 50000].
DsomConsole say: (turns - had > 5 ifTrue: ['turns'] ifFalse: [(turns - had) printString]).
[a allAsked < 4] whileTrue: [SomObject openDuring: [a ask: w n: 3 times: 100]].
DsomConsole say: a sum printString, a failed.
stop := true!
`)
	if want := fmt.Sprint("turns\nturns\n", 4*2000*1007, "\n"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestEndless: an override that never ends, spinning or waiting, is ended: in Smalltalk's own thread by another process, and for a thread of C++'s when its patience is over. C++ gets an exception, and
// what comes next is served.
func TestEndless(t *testing.T) {
	t.Parallel()
	got := runSOM(t, `
(SomClass named: 'Zoo::Dog') subclass: #Endless instanceVariableNames: 'ensured patience ' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Endless methodsFor: 'x'!
patience: ms
	patience := ms!
speak: n
	(n < 5 and: [patience ~~ nil]) ifTrue: [SomObject patience: patience]. "from now on, not of the time until the call came here"
	n = 1 ifTrue: [[[true] whileTrue] ensure: [ensured := #spun]].
	n = 2 ifTrue: [[Semaphore new wait] ensure: [ensured := #waited]].
	n = 3 ifTrue: [[[true] whileTrue] on: SomException do: [:e | ^-1]].
	n = 4 ifTrue: [[[true] whileTrue: [nil foo]] on: MessageNotUnderstood do: [:e | [true] whileTrue]].
	^n!
ensured
	^ensured! !
| a w wait show |
a := (SomClass named: 'Asker') new.
w := Endless new.
show := [:x | DsomConsole say: x printString].
wait := [[SomObject interrupt] whileFalse: [(Delay forMilliseconds: 20) wait]].
show value: SomObject interrupt.
#(1 2) do: [:n |
	wait fork.
	show value: ([a ask: w n: n times: 1] on: SomException do: [:e | e id, ' ', e messageText]).
	show value: w ensured].
wait fork.
show value: (a ask: w n: 3 times: 1).
show value: (a ask: w n: 5 times: 3).
w patience: 2000.
#(1 2 4 3) with: #(1 2 3 4) do: [:n :ended |
	a askAside: w n: n times: 1 threads: 1.
	[a allAsked < ended] whileTrue: [(Delay forMilliseconds: 10) wait].
	SomObject patience: 60000.
	show value: a failed].
a askAside: w n: 6 times: 10 threads: 2.
[a allAsked < 6] whileTrue: [a ask: w n: 7 times: 1. (Delay forMilliseconds: 1) wait].
show value: a sum.
show value: (a ask: w n: 5 times: 3)!
`)
	timeout := "'the override of speak: has not ended within 2000 ms (SomObject patience:)'\n"
	want := "false\n'IDL:omg.org/CORBA/NO_RESPONSE:1.0 the override of speak: was interrupted'\n#spun\n'IDL:omg.org/CORBA/NO_RESPONSE:1.0 the override of speak: was interrupted'\n#waited\n-1\n15\n" +
		timeout + timeout + timeout + timeout + "119\n15\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestInterrupt: what cannot be interrupted is not, and may be later: an override within a call that has called another one, one that has its answer, a process that has a lock or has just been given one.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	got := runSOM(t, `
(SomClass named: 'Zoo::Dog') subclass: #Held instanceVariableNames: 'asker outer gate begun ' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Held methodsFor: 'x'!
asker: a
	asker := a.
	gate := Semaphore new.
	begun := 0!
begun
	^begun!
speak: n
	begun := begun + 1.
	n = 1 ifTrue: [
		outer := Processor activeProcess.
		^asker ask: self n: 2 times: 1].
	n = 2 ifTrue: [^(outer dsomRaise: (SomException new id: 'IDL:X:1.0')) ifTrue: [-2] ifFalse: [2]].
	n = 3 ifTrue: [^asker ask: self n: 4 times: 50].
	n = 5 ifTrue: [gate wait].
	n = 6 ifTrue: [SomObject patience: 1000. gate signal. Semaphore new wait].
	^n! !
| a w stop hit lock met p q |
a := (SomClass named: 'Asker') new.
w := Held new asker: a; yourself.
DsomConsole say: (a ask: w n: 1 times: 1) printString.

"Whenever it comes."
stop := false.
hit := 0.
[[stop] whileFalse: [SomObject interrupt. (Delay forMilliseconds: 1) wait]] forkAt: Processor timingPriority.
[hit < 100] whileTrue: [[(a ask: w n: 3 times: 1) = 200 ifFalse: [DsomConsole say: 'another sum']] on: SomException do: [:e | hit := hit + 1]].
stop := true.
DsomConsole say: (a ask: w n: 3 times: 2) printString.

"The override of another thread's call is ready before one within it, which never is."
hit := w begun.
a askAside: w n: 5 times: 1 threads: 1.
[w begun > hit] whileFalse: [(Delay forMilliseconds: 1) wait].
DsomConsole say: ([(a ask: w n: 6 times: 1) printString] on: SomException do: [:e | e messageText]).
SomObject patience: 60000.
[a allAsked < 1] whileTrue: [(Delay forMilliseconds: 1) wait].
DsomConsole say: a sum printString, a failed.

lock := DsomLock new.
met := OrderedCollection new.
lock during: [
	p := [[lock during: [met addLast: #had]] on: SomException do: [:e | met addLast: #waited]] newProcess.
	q := [[lock during: [met addLast: #had]] on: SomException do: [:e | met addLast: #given]] newProcess.
	p resume. q resume. Processor yield.
	met addLast: (p dsomRaise: (SomException new id: 'IDL:X:1.0')). Processor yield].
met addLast: (q dsomRaise: (SomException new id: 'IDL:X:1.0')). Processor yield.
[lock during: [met addLast: #free]] fork. Processor yield.
DsomConsole say: met asArray printString!
`)
	want := "2\n400\nthe override of speak: has not ended within 1000 ms (SomObject patience:)\n5\n(true #waited false #had #free)\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestNested: overrides that call C++, which calls overrides, to a depth; and an override that leaves in between by an exception.
func TestNested(t *testing.T) {
	t.Parallel()
	got := runSOM(t, `
(SomClass named: 'Zoo::Dog') subclass: #Deep instanceVariableNames: '' classVariableNames: 'Asker ' poolDictionaries: '' category: 'T'!
!Deep class methodsFor: 'x'!
asker: a
	Asker := a! !
!Deep methodsFor: 'x'!
speak: n
	n = 0 ifTrue: [^super speak: 3].
	n = 77 ifTrue: [^self error: 'deep'].
	^(Asker ask: self n: (n = 70 ifTrue: [77] ifFalse: [n - 1]) times: 1) + 1! !
| a d |
a := (SomClass named: 'Asker') new.
Deep asker: a.
d := Deep new.
DsomConsole say: (a ask: d n: 20 times: 3) printString.
DsomConsole say: ([a ask: d n: 76 times: 1] on: Error do: [:e | e messageText]).
DsomConsole say: (a ask: d n: 20 times: 1) printString.
DsomConsole say: ([a ask: d n: 1000 times: 1] on: Error do: [:e | e messageText])!
`)
	want := "81\nError: deep\n27\n"
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "smalltalk-nested-calls") {
		t.Errorf("got %q, want %q and the limit's name", got, want)
	}
}

// TestLife: what Smalltalk has let go is let go there, and what C++ holds is not; many objects take no more memory than few.
func TestLife(t *testing.T) {
	t.Parallel()
	got := runSOM(t, puppy+`
| a w before |
a := (SomClass named: 'Asker') new.
w := Whelp new.
a hold: w.
w := nil.
SomObject collect.
Smalltalk garbageCollect.
DsomConsole say: (a held: 3) printString.
before := SomObject living.
5000 timesRepeat: [Whelp new. (SomClass named: 'Zoo::Dog') new speak: 1].
SomObject collect.
Smalltalk garbageCollect.
(Delay forMilliseconds: 50) wait.
SomObject collect.
DsomConsole say: (SomObject living - before < 1000) printString.
DsomConsole say: (a held: 3) printString!
`)
	if want := "1007\ntrue\n1007\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOverlap: overrides of several processes, of which the outer one is ready first, and then the inner ones.
func TestOverlap(t *testing.T) {
	t.Parallel()
	got := runSOM(t, `
(SomClass named: 'Zoo::Dog') subclass: #Slow instanceVariableNames: '' classVariableNames: 'Gates Said ' poolDictionaries: '' category: 'T'!
!Slow class methodsFor: 'x'!
gates: a
	Gates := a.
	Said := 0!
said
	^Said! !
!Slow methodsFor: 'x'!
speak: n
	Said := Said + 1.
	(Gates at: n) wait.
	^n * 10! !
| a d gates done out |
a := (SomClass named: 'Asker') new.
d := Slow new.
gates := (1 to: 3) collect: [:i | Semaphore new].
Slow gates: gates.
out := Array new: 3.
done := Semaphore new.
[out at: 1 put: (a ask: d n: 1 times: 1). done signal] fork.
[Slow said = 1] whileFalse: [Processor yield].
[out at: 2 put: (a ask: d n: 2 times: 1). done signal] fork.
[Slow said = 2] whileFalse: [Processor yield].
[out at: 3 put: (a ask: d n: 3 times: 1). done signal] fork.
[Slow said = 3] whileFalse: [Processor yield].
(gates at: 1) signal. Processor yield.
(gates at: 2) signal. Processor yield.
(gates at: 3) signal.
3 timesRepeat: [done wait].
DsomConsole say: out printString!
`)
	if want := "(10 20 30)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestGiven: exceptions of overrides are C++'s as their methods say, whatever Smalltalk has put into them; what an override returns and keeps is lent; copies are the object.
func TestGiven(t *testing.T) {
	t.Parallel()
	got := runSOM(t, `
(SomClass named: 'Zoo::Dog') subclass: #Odd instanceVariableNames: 'friend ' classVariableNames: 'Begun ' poolDictionaries: '' category: 'T'!
!Odd class methodsFor: 'x'!
begun
	^Begun! !
!Odd methodsFor: 'x'!
speak: n
	n = 1 ifTrue: [^SomException id: 'IDL:Zoo/TooLoud:1.0' text: 'loud'].
	n = 2 ifTrue: [^SomException id: 'IDL:Zoo/Asleep:1.0' text: 'asleep'].
	n = 3 ifTrue: [^SomException signal: 'x'].
	n = 4 ifTrue: [^SomException id: 3 text: 4].
	n = 5 ifTrue: [^Exception signal: 'no error'].
	n = 6 ifTrue: [^SomException id: 'IDL:Zoo/Other:1.0' text: #(1588 1575)].
	^n!
name
	^'odd', Begun printString!
initialize
	Begun := 7! !
| a d raises |
raises := [:b | ([b value printString] on: SomException do: [:e | e id])].
a := (SomClass named: 'Asker') new.
d := Odd new.
1 to: 7 do: [:i | DsomConsole say: (raises value: [a caught: d n: i])].
DsomConsole say: (d copy == d and: [d deepCopy == d and: [d shallowCopy == d]]) printString.
2000 timesRepeat: [(a nameOf: d) = 'odd7' ifFalse: [DsomConsole say: 'another name']].
DsomConsole say: (a nameOf: d).
DsomConsole say: (raises value: [SomClass named: 3]).
DsomConsole say: (raises value: [d name: #(1588 1575)]).
d somRelease!
`)
	if want := "1\n2\n3\n3\n3\n3\n0\ntrue\nodd7\nIDL:omg.org/CORBA/BAD_PARAM:1.0\nan Odd\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestMaking: an object whose constructor in C++ calls overrides is the one that these have met; where the constructor throws it is released, whoever has it, and nothing of it is used any more, also
// where another has its address.
func TestMaking(t *testing.T) {
	t.Parallel()
	text := `
(SomClass named: 'Threads::Eager') subclass: #Asked instanceVariableNames: 'asked begun ' classVariableNames: 'Answer Seen Give Others ' poolDictionaries: '' category: 'T'!
!Asked class methodsFor: 'x'!
answer: n
	Answer := n!
give: aBoolean
	Give := aBoolean!
others: n
	Others := n!
seen
	Seen == nil ifTrue: [Seen := OrderedCollection new].
	^Seen! !
!Asked methodsFor: 'x'!
initialize
	begun := (begun == nil ifTrue: [0] ifFalse: [begun]) + 1!
asked
	^{asked. begun}!
hello: n
	asked := n.
	self class seen add: self.
	Give == true ifTrue: [Give := false. self somRelease].
	(Others ~~ nil and: [Others > 0]) ifTrue: [Others := Others - 1. ^[self class new. Answer] on: SomException do: [:e | Answer]].
	^Answer! !
(SomClass named: 'Threads::Eager') subclass: #Speaks instanceVariableNames: '' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Speaks methodsFor: 'x'!
word
	^'a text that is lent until C++ has ended, too'! !
| show c o before seen failed all a some used |
show := [:x | DsomConsole say: x printString].
c := (SomClass named: 'Threads::Caller') new.
Asked answer: 0.
before := SomObject living.
o := Asked new.
show value: o == Asked seen removeLast; value: o asked; value: (o hello: 2); value: o asked; value: SomObject living - before.
o := nil. Asked seen removeAll: Asked seen copy.
SomObject collect. SomObject collect.
show value: SomObject living - before.
show value: (c makeHere: 'Asked').
show value: Asked seen size.
Asked seen removeAll: Asked seen copy.
SomObject collect. SomObject collect.
show value: SomObject living - before.

Asked give: true.
show value: ([Asked new. #made] on: SomException do: [:e | e messageText]).
Asked give: true.
show value: (c makeHere: 'Asked').
o := nil. Asked seen removeAll: Asked seen copy.
SomObject collect. SomObject collect.
show value: SomObject living - before.

Asked answer: -1.
show value: ([Asked new. #made] on: SomException do: [:e | e messageText]).
show value: (c makeHere: 'Asked').
seen := Asked seen copy.
Asked seen removeAll: seen.
seen do: [:s | show value: ([s word] on: SomException do: [:e | e messageText copyFrom: 1 to: 28])].
show value: ([c here: seen first n: 1. #called] on: SomException do: [:e | e messageText]).
SomObject collect.
show value: seen first somHandle.
seen last somRelease.
show value: SomObject living - before.

failed := 0.
1 to: 2000 do: [:i |
	Asked answer: i \\ 2 - 1.
	[Asked new hello: i] on: SomException do: [:e | failed := failed + 1].
	c makeHere: 'Asked'.
	i \\ 100 = 0 ifTrue: [
		all := Asked seen copy.
		Asked seen removeAll: all.
		all do: [:s | [s word] on: SomException do: [:e | ]].
		Asked seen removeAll: Asked seen copy.
		all := nil]].
show value: failed.
Asked answer: -1; others: 15.
show value: ([Asked new. #made] on: SomException do: [:e | e messageText]).
show value: Asked seen size.
Asked seen removeAll: Asked seen copy.
o := seen := nil.
SomObject collect. SomObject collect.
show value: (SomObject living - before < 10).

a := (SomClass named: 'Asker') new.
some := [:n | 1 to: n do: [:i |
	Asked answer: -1.
	[Asked new] on: SomException do: [:e | ].
	c makeHere: 'Asked'.
	Asked seen do: [:s | i \\ 2 = 0 ifTrue: [s somRelease]].
	Asked seen removeAll: Asked seen copy].
	SomObject collect. SomObject collect.
	a inUse].
some value: 200.
used := some value: 200.
show value: (some value: 2000) - used < 60000.

o := Speaks new.
o somRelease.
show value: (SomClass named: 'Threads::Eager') new breed!
`
	const gone = "'the object has been released'\n"
	want := "true\n(1 1)\n0\n(2 1)\n1\n0\ntrue\n1\n0\n" + // made
		"'the object of class Asked has been released while it was made'\ntrue\n0\n" + // released meanwhile
		"'hello was not answered'\nfalse\n" + gone + gone + "'argument 1 of here is no value for it'\nnil\n0\n" +
		"1000\n" + "'hello was not answered'\n16\ntrue\n" +
		"true\n'a text that is lent until C++ has ended, too'\n"
	for _, flags := range []string{classlib.Plain, checked} {
		if got := runFor(t, 5*time.Minute, flags, text); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", flags, got, want)
		}
	}
}

// BenchmarkCalls says what calls cost, as ratios within one run, of which it takes the median: a plain send, one of C++, and C++ calling an override.
func BenchmarkCalls(b *testing.B) {
	for range b.N {
		out := runFor(b, 3*time.Minute, classlib.Plain, puppy+`
!Object methodsFor: 'x'!
plain: n
	^n! !
!Whelp methodsFor: 'x'!
speak: n
	^n! !
| a d w t plain out in |
a := (SomClass named: 'Asker') new.
d := (SomClass named: 'Zoo::Dog') new.
w := Whelp new.
1 to: 15 do: [:round |
	t := Time millisecondClockValue. 1 to: 1000000 do: [:i | d plain: 3]. plain := Time millisecondClockValue - t.
	t := Time millisecondClockValue. 1 to: 300000 do: [:i | d speak: 3]. out := Time millisecondClockValue - t.
	t := Time millisecondClockValue. a ask: w n: 3 times: 20000. in := Time millisecondClockValue - t.
	DsomConsole say: plain printString, ' ', (out * 1000 // 300) printString, ' ', (in * 1000 // 20) printString]!
`)
		var sends, there, back []float64
		for line := range strings.Lines(out) {
			var plain, o, i float64
			if _, err := fmt.Sscan(line, &plain, &o, &i); err != nil || plain == 0 || o == 0 {
				b.Fatal(line, err)
			}
			sends, there, back = append(sends, plain), append(there, o/plain), append(back, i/o)
		}
		for _, all := range [][]float64{sends, there, back} {
			slices.Sort(all)
		}
		b.ReportMetric(sends[0], "ns/send")
		b.ReportMetric(there[len(there)/2], "out/send")
		b.ReportMetric(back[len(back)/2], "override/out")
	}
}
