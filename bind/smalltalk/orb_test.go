package smalltalk_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/bind/smalltalk"
	emitsmalltalk "github.com/opendsom/dsom/emit/smalltalk"
	"github.com/opendsom/dsom/idl"
)

// TestNamingTypes: what the image knows of CosNaming is what the compiler makes of its IDL.
func TestNamingTypes(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{}, "../../idl/standard/cos/CosNaming.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, err := emitsmalltalk.Emit(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := files.Get("CosNaming.st")
	if got, err := os.ReadFile("st/cosnaming.st"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v: st/cosnaming.st is not what dsom idl build --smalltalk makes", err)
	}
}

// A form is octets with alignment, little-endian.
type form []byte

func (b form) long(n int) form {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return binary.LittleEndian.AppendUint32(b, uint32(n))
}

func (b form) text(s string) form { return append(append(b.long(len(s)+1), s...), 0) }

// inner is an encapsulation.
func (b form) inner(f func(form) form) form {
	in := f(form{1})
	return append(b.long(len(in)), in...)
}

// back is a TypeCode that is the one at a place of these octets; -8 is the one that they are the inside of.
func (b form) back(at int) form {
	b = b.long(-1)
	return b.long(at - len(b))
}

// message is a message of GIOP 1.n with a body, which may be a part of one.
func message(minor, kind byte, more bool, body []byte) []byte {
	flags := byte(1)
	if more {
		flags = 3
	}
	return append(binary.LittleEndian.AppendUint32([]byte{'G', 'I', 'O', 'P', 1, minor, flags, kind}, uint32(len(body))), body...)
}

// asked is a request of GIOP 1.0 for an operation of the object "o", with arguments.
func asked(operation string, arguments func(form) form) []byte {
	b := append(form{}.long(0).long(7), 1).long(1)
	b = append(b, 'o').text(operation).long(0)
	return message(0, 0, false, arguments(b))
}

// request is one for the operation say, with a string.
func request(text string) []byte { return asked("say", func(b form) form { return b.text(text) }) }

// fragment is a part of a request of GIOP 1.2: the first, or a later one.
func fragment(id int, first, last bool, octets int) []byte {
	b := form{}.long(id)
	kind := byte(7)
	if first {
		kind = 0
	}
	return message(2, kind, !last, append(b, make([]byte, octets)...))
}

// double is an any of a structure that has another twice, which has another twice, and so on, forty deep: it has no octet, and 2**40 values.
func double(b form) form {
	var of func(b form, depth int) form
	of = func(b form, depth int) form {
		return b.long(15).inner(func(b form) form {
			b = b.text("d").text("")
			if depth == 0 {
				return b.long(0)
			}
			b = b.long(2).text("a").long(0)
			at := len(b) - 4
			return of(b[:at], depth-1).text("b").back(at)
		})
	}
	return of(b, 40)
}

// TestHostile: messages that end early, and lengths that lie, end with their connection, or in an exception; what comes next is served.
func TestHostile(t *testing.T) {
	t.Parallel()
	squeak(t)
	in, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := smalltalk.Program{Time: 10 * time.Minute, Stdout: out, Stderr: io.Discard, File: program(t, `
DsomTypes read: #((struct 'IDL:Thing:1.0' 'Thing' ('o' octet)) (interface 'IDL:Echo:1.0' 'Echo' () (operation 'say' (string 0) ((in 's' (string 0))) ()) (operation 'any' any ((in 'a' any)) ()) (operation 'things' void ((in 'a' (sequence 'IDL:Thing:1.0' 0))) ()) (oneway 'end' void () ())))!
Object subclass: #Echo instanceVariableNames: '' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Echo methodsFor: 'x'!
say: s
	s = 'end' ifTrue: [DsomConsole exit: 0].
	s = 'symbols' ifTrue: [^Symbol allInstances size printString].
	s = 'held' ifTrue: [^DsomORB current held printString].
	s = 'foul' ifTrue: [^CORBAEnum new].
	^s!
any: a
	^a!
things: a
	! !
DsomORB current activate: Echo new as: 'Echo' key: 'o'.
DsomConsole say: DsomORB current port printString; wait!
`)}.Run(t.Context())
		out.Close()
		done <- err
	}()
	port, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		t.Fatal(err, <-done)
	}
	address := "127.0.0.1:" + port[:len(port)-1]
	send := func(b []byte, answered bool) []byte {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(5 * time.Minute))
		if _, err := c.Write(b); err != nil {
			return nil
		}
		if !answered {
			return nil
		}
		got := make([]byte, 12)
		if _, err := io.ReadFull(c, got); err != nil {
			return nil
		}
		body := make([]byte, min(binary.LittleEndian.Uint32(got[8:]), 1000))
		_, _ = io.ReadFull(c, body)
		got = append(got, body...)
		return got
	}
	good := request("hello")
	check := func(after string) {
		t.Helper()
		if got := send(good, true); !bytes.Contains(got, []byte("hello\x00")) {
			t.Fatalf("after %s it answers % x", after, got)
		}
	}
	check("nothing")
	for n := 0; n < len(good); n += 3 {
		send(good[:n], false)
	}
	check("all that ends early")
	for at := 4; at+4 <= len(good); at++ {
		for _, lie := range []uint32{0xffffffff, 0x7fffffff, 0x01000000, 3} {
			b := bytes.Clone(good)
			binary.LittleEndian.PutUint32(b[at:], lie)
			if at >= 8 && at < 12 || lie == 3 && at%4 == 0 || at%7 == 0 { // some of them
				send(b, false)
			}
		}
	}
	check("lengths that lie")
	// Types that are inside themselves, or of which nothing says how many there are, and values of them.
	for name, any := range map[string]func(form) form{
		"an alias of itself": func(b form) form { return b.long(21).inner(func(b form) form { return b.text("a").text("").back(-8) }) },
		"a sequence of itself": func(b form) form {
			return b.long(19).inner(func(b form) form { return b.back(-8).long(0) }).long(1).long(0)
		},
		"a union over itself": func(b form) form {
			return b.long(16).inner(func(b form) form { return b.text("u").text("").back(-8).long(-1).long(0) })
		},
		"nothing, many times": func(b form) form {
			return b.long(20).inner(func(b form) form {
				return b.long(15).inner(func(b form) form { return b.text("e").text("").long(0) }).long(60000000)
			})
		},
		"a structure with doubles": double,
	} {
		if got := send(asked("any", any), true); !bytes.Contains(got, []byte("IDL:omg.org/CORBA/MARSHAL:1.0")) && !bytes.Contains(got, []byte("IDL:omg.org/CORBA/IMP_LIMIT:1.0")) {
			t.Errorf("%s: it answers %q", name, got)
		}
		check(name)
	}
	if got := send(asked("things", func(b form) form { return append(b.long(1500000), make([]byte, 1500000)...) }), true); !bytes.Contains(got, []byte("IMP_LIMIT")) {
		t.Errorf("many structures: it answers %q", got)
	}
	check("many structures")
	// Names in TypeCodes, each of them new: the image keeps Symbols for ever.
	symbols := func() (n int) {
		t.Helper()
		got := send(request("symbols"), true)
		if _, err := fmt.Sscan(string(bytes.TrimRight(got[min(28, len(got)):], "\x00")), &n); err != nil {
			t.Fatalf("it answers %q: %v", got, err)
		}
		return n
	}
	before := symbols()
	for i := range 500 {
		name := fmt.Sprintf("never%d", i)
		if got := send(asked("any", func(b form) form {
			return append(b.long(15).inner(func(b form) form {
				b = b.text("IDL:" + name + ":1.0").text(name).long(2).text(name + "a").long(10)
				return b.text(name + "b").long(17).inner(func(b form) form {
					return b.text("IDL:e" + name + ":1.0").text("e" + name).long(2).text(name + "x").text(name + "y")
				})
			}), 7, 0, 0, 0).long(1)
		}), true); !bytes.Contains(got, []byte(name+"b")) || !bytes.Contains(got, []byte(name+"y")) || bytes.Contains(got, []byte("CORBA")) {
			t.Fatalf("a structure of names that nobody has: it answers %q", got)
		}
	}
	if after := symbols(); after > before+10 {
		t.Errorf("the names of 500 TypeCodes have made %d Symbols", after-before)
	}
	check("names that nobody has")
	if got := send(request("foul"), true); !bytes.Contains(got, []byte("IDL:omg.org/CORBA/")) {
		t.Errorf("a result that says errors of its own: it answers %q", got)
	}
	check("a result that says errors of its own")
	// Messages that never end, on several connections, which stay.
	var open []net.Conn
	for range 4 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		_ = c.SetDeadline(time.Now().Add(5 * time.Minute))
		for id := range 30 {
			if _, err := c.Write(fragment(id+1, true, false, 4000000)); err != nil {
				break
			}
		}
	}
	for _, c := range open {
		_ = c.Close()
	}
	check("messages that do not end")
	// One of many parts, whose joining at each would take hours.
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(5 * time.Minute))
	body := append(form{}.long(9), 3, 0, 0, 0).long(0).long(1)
	body = append(body, 'o').text("say").long(0)
	for len(body)%8 != 4 { // 12 octets of the head are in front
		body = append(body, 0)
	}
	body = body.text(strings.Repeat("x", 400000))
	parts := message(2, 0, true, body[:100])
	for rest := body[100:]; len(rest) > 0; {
		n := min(96, len(rest))
		parts = append(parts, message(2, 7, n < len(rest), append(form{}.long(9), rest[:n]...))...)
		rest = rest[n:]
	}
	if _, err := c.Write(parts); err != nil {
		t.Error(err)
	}
	whole := make([]byte, 400000)
	if _, err := io.ReadFull(c, whole); err != nil || !bytes.HasSuffix(whole, []byte("xxxx")) {
		t.Errorf("a message in parts: %v, % x", err, whole[:60])
	}
	_ = c.Close()
	check("a message in parts")
	// As many as there may be, and more, that say nothing.
	open = nil
	for range 220 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	check("idle connections")
	for _, c := range open {
		_ = c.Close()
	}
	// What was counted is given back.
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		got := send(request("held"), true)
		if n := bytes.TrimRight(got[min(28, len(got)):], "\x00"); len(n) > 0 && len(n) < 5 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("it holds %q octets", n)
		}
	}
	send(request("end"), false)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestWide: wide texts and characters come back from the image's own ORB, in each version of GIOP that has them: units of surrogates are one character, and what could be a mark is none.
func TestWide(t *testing.T) {
	t.Parallel()
	squeak(t)
	status, out, complaints, err := run(t, smalltalk.Program{File: program(t, `
DsomTypes read: #((interface 'IDL:Echo:1.0' 'Echo' () (operation 'text' (wstring 0) ((in 's' (wstring 0))) ()) (operation 'wide' wchar ((in 's' wchar)) ())))!
Object subclass: #Echo instanceVariableNames: '' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Echo methodsFor: 'x'!
text: s
	^s!
wide: c
	^c! !
| o |
#(1 2) do: [:minor |
	DsomORB current minor: minor.
	o := DsomORB current activate: Echo new as: 'Echo'.
	#(#(128512) #(65279 128512 97) #(65534 8364) #(65279) #(8364 65279)) do: [:s | | got |
		got := o text: s.
		got = s ifFalse: [DsomConsole say: minor printString, ': ', got printString]].
	#(65279 65534 8364) do: [:c | | got |
		got := o wide: c.
		got = c ifFalse: [DsomConsole say: minor printString, ': ', got printString]].
	DsomConsole say: (o text: 'plain'), ' ', (o text: '')]!
`)})
	if want := "plain \nplain \n"; err != nil || status != 0 || out != want {
		t.Errorf("got %d, %q, %v\n%s", status, out, err, complaints)
	}
}

// TestAddressing: a server that wants its object named by its profile, or the whole reference, is sent the request again so, and the next at once; one that is never content is an exception.
func TestAddressing(t *testing.T) {
	t.Parallel()
	squeak(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var mu sync.Mutex
	var targets []string
	answer := func(body []byte) form {
		id := binary.LittleEndian.Uint32(body)
		how := int(binary.LittleEndian.Uint16(body[8:]))
		key := ""
		for _, k := range []string{"good", "never", "bad"} {
			if bytes.Contains(body[10:], []byte(k)) {
				key = k
			}
		}
		reads := fmt.Sprint(how)
		switch how {
		case 1: // tag, length, and an encapsulation: little-endian or not, 1, 2
			if n := int(binary.LittleEndian.Uint32(body[16:])); binary.LittleEndian.Uint32(body[12:]) != 0 || n > len(body)-20 || body[21] != 1 || body[22] != 2 {
				reads += " which is no profile"
			}
		case 2: // an index, a type id, and as many profiles
			if binary.LittleEndian.Uint32(body[12:]) != 0 || binary.LittleEndian.Uint32(body[16:]) != 1 || binary.LittleEndian.Uint32(body[24:]) != 1 {
				reads += " which is no reference"
			}
		}
		mu.Lock()
		targets = append(targets, key+" "+reads)
		mu.Unlock()
		reply := form{}.long(int(id))
		switch {
		case key == "bad":
			return append(reply.long(5).long(0), 9, 0)
		case key == "good" && how == 2:
			return reply.long(0).long(0).text("it is here")
		case key == "good":
			return append(reply.long(5).long(0), byte(how+1), 0)
		}
		return append(reply.long(5).long(0), byte((how+1)%3), 0)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for {
					head := make([]byte, 12)
					if _, err := io.ReadFull(c, head); err != nil {
						return
					}
					body := make([]byte, min(binary.LittleEndian.Uint32(head[8:]), 10000))
					if _, err := io.ReadFull(c, body); err != nil || head[7] != 0 {
						return
					}
					if _, err := c.Write(message(2, 1, false, answer(body))); err != nil {
						return
					}
				}
			}()
		}
	}()
	status, out, complaints, err := run(t, smalltalk.Program{File: program(t, `
DsomTypes read: #((interface 'IDL:Echo:1.0' 'Echo' () (operation 'say' (string 0) ((in 's' (string 0))) ())))!
DsomORB current little: true.
#('good' 'never' 'bad') do: [:key | | o |
	o := DsomORB current bind: 'corbaloc:iiop:1.2@`+l.Addr().String()+`/', key as: 'Echo'.
	2 timesRepeat: [DsomConsole say: ([o say: 'x'] on: CORBASystemException do: [:e | e kind, ' ', e messageText])]]!
`)})
	const want = "it is here\nit is here\nTRANSIENT addressings-tried: 2 of one reference\nTRANSIENT addressings-tried: 2 of one reference\nMARSHAL no way to say a target\nMARSHAL no way to say a target\n"
	if err != nil || status != 0 || out != want {
		t.Errorf("got %d, %q, %v\n%s", status, out, err, complaints)
	}
	mu.Lock()
	defer mu.Unlock()
	if got, want := strings.Join(targets, ", "), "good 0, good 1, good 2, good 2, never 0, never 1, never 2, never 2, never 0, never 1, bad 0, bad 0"; got != want {
		t.Errorf("requests were %s", got)
	}
}

// TestImplicit: a servant answers the operations that every object has.
func TestImplicit(t *testing.T) {
	t.Parallel()
	squeak(t)
	status, out, complaints, err := run(t, smalltalk.Program{File: program(t, `
DsomTypes read: #((interface 'IDL:Echo:1.0' 'Echo' () (operation 'say' (string 0) ((in 's' (string 0))) ())))!
Object subclass: #Echo instanceVariableNames: '' classVariableNames: '' poolDictionaries: '' category: 'T'!
| o ask |
o := DsomORB current activate: Echo new as: 'Echo'.
ask := [:operation :read | [(o dsomSend: operation write: [:w | ] oneway: false read: read raises: #()) printString] on: CORBASystemException do: [:e | e kind, ' ', e completed]].
DsomConsole say: (ask value: '_repository_id' value: [:r | r rawString]).
DsomConsole say: (ask value: '_component' value: [:r | (DsomIOR readFrom: r) isNil]).
DsomConsole say: (ask value: '_interface' value: [:r | r ulong]).
DsomConsole say: (ask value: '_domain_managers' value: [:r | r ulong]).
DsomConsole say: (ask value: '_non_existent' value: [:r | r boolean]).
DsomConsole say: (ask value: '_other' value: [:r | r ulong])!
`)})
	if want := "'IDL:Echo:1.0'\ntrue\nINTF_REPOS NO\nNO_IMPLEMENT NO\nfalse\nBAD_OPERATION NO\n"; err != nil || status != 0 || out != want {
		t.Errorf("got %d, %q, %v\n%s", status, out, err, complaints)
	}
}

// TestForeign: what came from a peer: members whose names are no Symbols are assigned and go out with what was assigned; an exception goes to who reads its id with that; wide characters where there are none are the
// fault of who has sent them.
func TestForeign(t *testing.T) {
	t.Parallel()
	squeak(t)
	status, out, complaints, err := run(t, smalltalk.Program{File: program(t, `
| members three t s w r ior |
members := Array with: ('zqnever' -> (DsomTypes named: 'long')).
three := ByteArray with: 0 with: 0 with: 0 with: 3.
t := DsomStruct new id: 'IDL:P:1.0' name: 'P'.
t foreign: members exception: false.
s := t read: (DsomReader on: three little: false).
s zqnever: 5.
w := DsomWriter little: false.
t write: s on: w.
DsomConsole say: w contents printString, s size printString, s zqnever printString.
s at: 'zqnever' put: 6.
DsomConsole say: (s at: #zqnever) printString, s size printString.

t := DsomStruct new id: 'IDL:E:1.0' name: 'E'.
t foreign: members exception: true.
s := t read: (DsomReader on: three little: false).
#(0 16r41545400 16r4A414300) do: [:type |
	ior := DsomIOR typeId: 'IDL:X:1.0' profiles: (Array with: (DsomProfile minor: 2 host: 'x' port: 1 key: 'k' asByteArray
		components: (type = 0 ifTrue: [#()] ifFalse: [Array with: (Array with: 0 with: (DsomWriter encapsulation ulong: type; contents))]))).
	w := (DsomWriter little: false) ids: ior isAnotherORB; yourself.
	t write: s on: w.
	DsomConsole say: w contents size printString].

(Array with: true with: false) do: [:back |
	r := DsomReader on: three little: false.
	r orb: nil minor: 0; returned: back.
	DsomConsole say: ([r wchar] on: CORBASystemException do: [:e | e kind, (e minor \\ 16) printString])]!
`)})
	if want := "a ByteArray(0 0 0 5)15\n61\n4\n4\n20\nMARSHAL6\nMARSHAL5\n"; err != nil || status != 0 || out != want {
		t.Errorf("got %d, %q, %v\n%s", status, out, err, complaints)
	}
}

// TestProfiles: of a reference with several profiles the first that can be reached is called, with its own key and version; what says which ORB has made it may be anything, a profile whose code sets cannot be
// read is none, and no call that could not be written is waited for.
func TestProfiles(t *testing.T) {
	t.Parallel()
	squeak(t)
	status, out, complaints, err := run(t, smalltalk.Program{File: program(t, `
DsomTypes read: #((interface 'IDL:Echo:1.0' 'Echo' () (operation 'text' (wstring 0) ((in 's' (wstring 0))) ())))!
Object subclass: #Echo instanceVariableNames: '' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Echo methodsFor: 'x'!
text: s
	^s! !
| o all gone p odd |
o := DsomORB current activate: Echo new as: 'Echo'.
all := OrderedCollection with: (DsomProfile minor: 0 host: '127.0.0.1' port: 1 key: 'another' asByteArray components: #()).
all addAll: o ior profiles.
DsomConsole say: ((DsomORB current reference: (DsomIOR typeId: o ior typeId profiles: all asArray) as: o ior typeId) text: 'it is here').
gone := DsomORB current reference: (DsomIOR typeId: o ior typeId profiles: (Array with: all first)) as: o ior typeId.
DsomConsole say: ([gone text: 'x'] on: CORBASystemException do: [:e | e kind]).
p := o ior profiles first.
#(() (0) (0 1) (7 0 0 0 0 0 0 0)) do: [:type |
	odd := DsomProfile minor: p minor host: p host port: p port key: p key components: (p components reject: [:c | (c at: 1) = 0]), (Array with: (Array with: 0 with: type asByteArray)).
	odd := DsomORB current reference: (DsomIOR typeId: o ior typeId profiles: (Array with: odd)) as: o ior typeId.
	DsomConsole say: ([odd text: 'as well'] on: CORBASystemException do: [:e | e kind])].
#(() (1) (1 0 0) (1 0 0 0 9 1 5 0 255 255 255 255) (0 0 0 0 0 0 0 1 0 0 0 9 0 0 0)) do: [:sets |
	odd := DsomProfile minor: p minor host: p host port: p port key: p key components: (Array with: (Array with: 1 with: sets asByteArray)).
	gone := DsomORB current reference: (DsomIOR typeId: o ior typeId profiles: (Array with: odd)) as: o ior typeId.
	2 timesRepeat: [DsomConsole say: ([gone text: 'x'] on: CORBASystemException do: [:e | e kind, ' ', e minor printString, ': ', (e messageText copyUpTo: $:)])].
	odd := DsomORB current reference: (DsomIOR typeId: o ior typeId profiles: (Array with: odd with: p)) as: o ior typeId.
	DsomConsole say: (odd text: 'the next')].
DsomConsole say: ([o text: 3. 'sent'] on: Error do: [:e | 'refused']).
[(DsomConnection allInstances detect: [:c | c isOpen and: [c isIdle not]] ifNone: [nil]) == nil] whileFalse: [(Delay forMilliseconds: 1) wait].
DsomConsole say: 'idle'!
`)})
	const unread = "TRANSIENT 1330446338: the reference has no profile that can be used\n"
	if want := "it is here\nTRANSIENT\nas well\nas well\nas well\nas well\n" + strings.Repeat(unread+unread+"the next\n", 5) + "refused\nidle\n"; err != nil || status != 0 || out != want {
		t.Errorf("got %d, %q, %v\n%s", status, out, err, complaints)
	}
}
