package smalltalk_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

// echo are values for every method of Zoo::Echo, and a subclass that overrides each by one which passes on what it gets.
const echo = `
| source |
(SomClass named: 'Zoo::Echo') subclass: #Passing instanceVariableNames: '' classVariableNames: '' poolDictionaries: '' category: 'T'.
#(flag byte letter wide small large huge single twice colour text title animal place card cards numbers names tree food flags herd album) do: [:each |
	source := each, ': v o: o io: io
	^super ', each, ': v o: o io: io'.
	(Smalltalk at: #Passing) compileUnlogged: source classified: 'overrides' notifying: nil]!

Object subclass: #Echoes instanceVariableNames: 'echo wrong ' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Echoes methodsFor: 'x'!
echo: anObject
	echo := anObject.
	wrong := OrderedCollection new!
wrong
	^wrong!
turn: aSymbol with: v with: w
	| o io r |
	o := CORBAParameter new.
	io := CORBAParameter value: w.
	r := echo perform: (aSymbol, ':o:io:') asSymbol with: v with: o with: io.
	^Array with: r with: o value with: io value!
place: n
	^CORBAStructure new at: #x put: n; at: #y put: n negated; at: #marks put: (Array with: (Array with: n with: 2 with: 3) with: (Array with: 4 with: 5 with: n)); yourself!
card: aString
	^CORBAStructure new at: #name put: aString; at: #colour put: (CORBAConstants at: #'::Zoo::green'); at: #tame put: true; at: #tricks put: (OrderedCollection with: 'sit' with: aString);
		at: #home put: (self place: 7); at: #title put: #(8364 128512); yourself!
tree: n
	^CORBAStructure new at: #value put: n; at: #below put: (n = 0 ifTrue: [OrderedCollection new] ifFalse: [OrderedCollection with: (self tree: n - 1) with: (self tree: 0)]); yourself!
album: aString
	^CORBAStructure new at: #covers put: (Array with: (Array with: aString with: 'b' with: '') with: (Array with: 'd' with: 'e' with: aString)); at: #pages put: 3; yourself!
values
	| dog |
	dog := (SomClass named: 'Zoo::Dog') new.
	^OrderedCollection new
		add: (Array with: #flag with: true with: false);
		add: (Array with: #byte with: 255 with: 0);
		add: (Array with: #letter with: $a with: (Character value: 255));
		add: (Array with: #wide with: 65535 with: $b);
		add: (Array with: #small with: -32768 with: 32767);
		add: (Array with: #large with: 4294967295 with: 1073741824);
		add: (Array with: #huge with: 18446744073709551615 with: 1);
		add: (Array with: #single with: 0.5 with: -2.0);
		add: (Array with: #twice with: 0.25 with: 1.5e300);
		add: (Array with: #colour with: (CORBAConstants at: #'::Zoo::red') with: (CORBAConstants at: #'::Zoo::blue'));
		add: (Array with: #text with: 'a' with: #(8364 128512));
		add: (Array with: #title with: '' with: #(8364 128512));
		add: (Array with: #animal with: dog with: (SomClass named: 'Zoo::Puppy') new);
		add: (Array with: #place with: (self place: 1) with: (self place: 2));
		add: (Array with: #card with: (self card: 'x') with: (self card: ''));
		add: (Array with: #cards with: (OrderedCollection with: (self card: 'x') with: (self card: 'y')) with: OrderedCollection new);
		add: (Array with: #numbers with: (OrderedCollection with: 1 with: -2147483648) with: (OrderedCollection with: 2147483647));
		add: (Array with: #names with: (Array with: 'a' with: 'b') with: (Array with: 'c' with: #(8364)));
		add: (Array with: #tree with: (self tree: 5) with: (self tree: 0));
		add: (Array with: #food with: (CORBAUnion discriminator: (CORBAConstants at: #'::Zoo::red') value: -5) with: (CORBAUnion discriminator: (CORBAConstants at: #'::Zoo::green') value: 'leaf'));
		add: (Array with: #food with: (CORBAUnion discriminator: (CORBAConstants at: #'::Zoo::blue') value: (self card: 'z')) with: (CORBAUnion discriminator: (CORBAConstants at: #'::Zoo::red') value: 1));
		add: (Array with: #flags with: (OrderedCollection with: true with: false) with: OrderedCollection new);
		add: (Array with: #herd with: (OrderedCollection with: dog with: dog) with: OrderedCollection new);
		add: (Array with: #album with: (self album: 'a') with: (self album: 'b'));
		yourself! !
`

// TestEcho: values of every type go to C++ and come back, as parameters of each direction and as results, and so they do through an override of each method.
func TestEcho(t *testing.T) {
	t.Parallel()
	got := runSOM(t, echo+`
| plain passing all |
plain := Echoes new echo: (SomClass named: 'Zoo::Echo') new; yourself.
passing := Echoes new echo: (Smalltalk at: #Passing) new; yourself.
all := plain values.
all do: [:each | | a b |
	a := plain turn: (each at: 1) with: (each at: 2) with: (each at: 3).
	b := passing turn: (each at: 1) with: (each at: 2) with: (each at: 3).
	a = b ifFalse: [DsomConsole say: (each at: 1), ' through an override: ', b printString].
	a = (Array with: (each at: 2) with: (each at: 3) with: (each at: 2)) ifFalse: [DsomConsole say: (each at: 1), ': ', a printString]].
DsomConsole say: all size printString!
`)
	if want := "24\n"; got != want {
		t.Errorf("got %s", got)
	}
}

// TestWrong: what is no value for a type, or not what a call needs, is an exception of Smalltalk's, and nothing is called.
func TestWrong(t *testing.T) {
	t.Parallel()
	got := runSOM(t, `
| e raises none place card |
raises := [:b | DsomConsole say: ([b value. 'accepted'] on: Error do: [:x | (x isKindOf: SomException) ifTrue: [x id, ' ', x completed, ' ', x messageText] ifFalse: [x description]])].
e := (SomClass named: 'Zoo::Echo') new.
none := CORBAParameter new.
place := CORBAStructure new at: #x put: 1; at: #y put: 2; at: #marks put: #((1 2 3) (4 5 6)); yourself.
raises value: [e byte: 256 o: none io: none].
raises value: [e byte: 1 o: none io: none].
raises value: [e byte: 1 o: none io: -1].
raises value: [e large: -1 o: none io: 1].
raises value: [e large: (2 raisedTo: 32) o: none io: 1].
raises value: [e huge: (2 raisedTo: 64) o: none io: 1].
raises value: [e single: 1.0e300 o: none io: 1].
raises value: [e twice: (Fraction numerator: 1 denominator: 3) o: none io: 1].
raises value: [e colour: #purple o: none io: #red].
raises value: [e colour: 1 o: none io: #red].
raises value: [e text: nil o: none io: 'a'].
raises value: [e text: #(16r110000) o: none io: 'a'].
raises value: [e title: 3 o: none io: 'a'].
raises value: [e animal: e o: none io: e].
raises value: [e place: 3 o: none io: place].
raises value: [e place: (place copy at: #marks put: #((1 2) (3 4)); yourself) o: none io: place].
raises value: [e place: (place copy removeKey: #y; yourself) o: none io: place].
raises value: [e numbers: 5 o: none io: #()].
raises value: [e numbers: 'text' o: none io: #()].
raises value: [e numbers: (Array with: 2147483648) o: none io: #()].
raises value: [e herd: (Array with: nil) o: none io: #()].
raises value: [e food: 3 o: none io: 4].
raises value: [e food: (CORBAUnion discriminator: #red value: 'x') o: none io: (CORBAUnion discriminator: #red value: 1)].
raises value: [e food: (CORBAUnion discriminator: #purple value: 1) o: none io: 4].
raises value: [e names: #('a') o: none io: #('a' 'b')].
raises value: [e somPrim: 5 with: #()].
raises value: [e somPrim: 1000 with: nil].
raises value: [e somPrim: 1001 with: #(1 2 3 4 5 6 7 8 9)].
raises value: [(SomClass named: 'Zoo::Animal') named: '' legs: 1 more: 3].
raises value: [(SomClass named: 'Zoo::Animal') named: 5 legs: 1].
e somRelease.
raises value: [e byte: 1 o: none io: 1].
raises value: [SomObject new].
raises value: [SomClass new foo]!
`)
	const bad = "IDL:omg.org/CORBA/BAD_PARAM:1.0 NO "
	want := []string{
		"argument 1 of byte is no value for it", "argument 3 of byte is no value for it", "argument 3 of byte is no value for it", "argument 1 of large is no value for it", "argument 1 of large is no value for it",
		"argument 1 of huge is no value for it", "argument 1 of single is no value for it", "argument 1 of twice is no value for it", "#purple is no value for Zoo::Colour", "1 is no value for Zoo::Colour",
		"argument 1 of text is no value for it", "argument 1 of text is no value for it", "argument 1 of title is no value for it", "argument 1 of animal is no value for it", "3 is no value for Zoo::Place",
		"2 elements are not those of array<long,3>", "Zoo::Place has a member y", "5 is no value for sequence<long>", "'text' is no value for sequence<long>", "argument 1 of numbers is no value for it",
		"argument 1 of herd is no value for it", "3 is no value for Zoo::Food", "argument 1 of food is no value for it", "#purple is no value for Zoo::Colour", "1 elements are not those of array<string,2>",
	}
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	for i, w := range want {
		if i < len(lines) && lines[i] != bad+w {
			t.Errorf("line %d is %q, and should be %q", i+1, lines[i], bad+w)
		}
	}
	if strings.Contains(got, "accepted") || len(lines) != len(want)+8 {
		t.Errorf("it prints %d lines, and should %d:\n%s", len(lines), len(want)+8, got)
	}
}

// TestWrongOfUnloaded: an object of another class is refused also while nothing has loaded the parameter's.
func TestWrongOfUnloaded(t *testing.T) {
	t.Parallel()
	got := runSOM(t, `
| asker |
asker := (SomClass named: 'Asker') new.
[asker nameOf: asker. DsomConsole say: 'accepted'] on: Error do: [:x | DsomConsole say: x id, ' ', x messageText].
asker hold: (SomClass named: 'Zoo::Puppy') new.
DsomConsole say: (asker nameOf: (SomClass named: 'Zoo::Dog') new) size printString!
`)
	if want := "IDL:omg.org/CORBA/BAD_PARAM:1.0 argument 1 of name_of is no value for it\n"; !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 2 {
		t.Errorf("got %s", got)
	}
}

// TestStress makes, crosses, subclasses and drops objects, with collections forced; a million of each where DSOM_SOAK is set. The process's memory and the number of objects stay as they are after the first tenth.
func TestStress(t *testing.T) {
	t.Parallel()
	plain, most := 30000, 5*time.Minute
	if os.Getenv("DSOM_SOAK") != "" {
		plain, most = 1000000, 2*time.Hour
	}
	for _, flags := range []string{classlib.Plain, checked} {
		n := plain
		if flags == checked {
			n /= 10
		}
		begun := time.Now()
		got := runFor(t, most, flags, strings.ReplaceAll(puppy+`
Whelp subclass: #Younger instanceVariableNames: 'toy ' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Younger methodsFor: 'x'!
speak: n
	toy := n printString.
	^(super speak: n) + 1! !
Object subclass: #Stress instanceVariableNames: 'asker dogs ' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Stress methodsFor: 'x'!
times: n
	| w d y |
	asker := (SomClass named: 'Asker') new.
	1 to: n do: [:i |
		w := Whelp new.
		d := (SomClass named: 'Zoo::Dog') new.
		y := Younger new.
		(asker friends: w other: d) == d ifFalse: [DsomConsole say: 'another'].
		(asker ask: w n: 3 times: 1) = 1007 ifFalse: [DsomConsole say: 'wrong'].
		asker hold: y. "until the next one is"
		y := nil.
		(asker held: 3) = 1008 ifFalse: [DsomConsole say: 'wrong, of one that is held'].
		w name: 'Rex'.
		(asker nameOf: w) = 'Rex' ifFalse: [DsomConsole say: 'name'].
		i \\ 7 = 0 ifTrue: [[asker ask: w n: 13 times: 1] on: Error do: [:e | e]].
		i \\ 1000 = 0 ifTrue: [SomObject collect]].
	asker hold: (SomClass named: 'Zoo::Dog') new.
	w := d := nil.
	2 timesRepeat: [SomObject collect]!
resident
	"Octets that the process has, by the system."
	| f s |
	f := FileStream readOnlyFileNamed: '/proc/self/statm'.
	s := (f next: 60) asString.
	f close.
	^((DsomIOR split: s at: $ ) at: 2) asNumber * 4096! !
| s living resident |
s := Stress new.
s times: COUNT // 10.
living := SomObject living.
resident := s resident.
s times: COUNT * 9 // 10.
DsomConsole say: (SomObject living - living) printString, ' ', (s resident - resident // 1024) printString!
`, "COUNT", fmt.Sprint(n)))
		var living, more int
		if _, err := fmt.Sscan(got, &living, &more); err != nil {
			t.Fatal(err, got)
		}
		if living > 10 || flags == classlib.Plain && more > 4096 { // what the checkers keep back is theirs
			t.Errorf("%d objects more live, and the process has %d KiB more", living, more)
		}
		t.Logf("%d of each in %v: %d more live, %d KiB more (%s)", n, time.Since(begun).Round(time.Second), living, more, flags)
	}
}

// TestEnds: the process ends well with objects alive on both sides, within an override, and while an override of another thread waits.
func TestEnds(t *testing.T) {
	t.Parallel()
	for _, program := range []string{
		"Smalltalk at: #Kept put: {Whelp new. (SomClass named: 'Zoo::Dog') new. ((SomClass named: 'Asker') new) hold: Whelp new; yourself}",
		"((SomClass named: 'Asker') new) askAside: Whelp new n: 3 times: 1000 threads: 4",
	} {
		if got := runSOM(t, puppy+"\n"+program+".\nDsomConsole say: 'end'!\n"); got != "end\n" {
			t.Errorf("%s prints %q", program, got)
		}
	}
	got := runSOM(t, puppy+"\n!Whelp methodsFor: 'x'!\nspeak: n\n\tDsomConsole say: 'within'.\n\tDsomConsole exit: 0! !\n((SomClass named: 'Asker') new) ask: Whelp new n: 1 times: 1!\n")
	if got != "within\n" {
		t.Errorf("within an override it prints %q", got)
	}
}
