package golang_test

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/emit/golang/testdata/stock"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// TestReadAgain demands of each kind of result that the stub asks whether it is to be read again if, and only if, a list of values
// of 8 octets may be in it.
func TestReadAgain(t *testing.T) {
	t.Parallel()
	const text = `module M {
typedef sequence<double> Doubles;
typedef long long Row[3];
valuetype Leaf { public long n; };
valuetype Track { public Doubles points; };
valuetype Far : truncatable Track { public string s; };
abstract valuetype Priced { long price(); };
custom valuetype Own { public long n; };
valuetype Box Doubles;
valuetype Word string;
typedef Box Carton;
abstract interface Described { string describe(); };
interface Plain {};
struct Holder { string name; Leaf l; };
struct Bare { string name; double d; Plain p; Word w; };
struct Cell;
typedef sequence<Cell> Cells;
struct Cell { long n; Cells more; };
union Either switch (long) { case 1: Box b; default: string s; };
interface I {
  %s f(in Holder h);
}; };`
	for typ, again := range map[string]bool{
		"Doubles": true, "Row": true, "sequence<unsigned long long>": true, "sequence<Row>": true, "any": true, "map<string, any>": true,
		"Leaf": true, "Track": true, "Far": true, "Priced": true, "Own": true, "Box": true, "Carton": true, "ValueBase": true,
		"Described": true, "Holder": true, "Either": true, "sequence<Leaf>": true, "sequence<Holder>": true,
		"double": false, "string": false, "Plain": false, "Object": false, "Word": false, "Bare": false, "Cell": false, "sequence<string>": false,
	} {
		text := strings.ReplaceAll(text, "%s", typ)
		if strings.Contains(typ, "sequence") || strings.Contains(typ, "map") {
			text = strings.Replace(text, "interface I", "typedef "+typ+" It;\ninterface I", 1)
			text = strings.Replace(text, "  "+typ+" f(", "  It f(", 1)
		}
		files := mustEmit(t, compileText(t, text), golang.Options{PackagePrefix: goldenPrefix})
		read := "if"
		if again {
			read = "for"
		}
		for _, p := range files.Paths() {
			if strings.HasSuffix(p, ".go") {
				if got, _ := files.Get(p); !strings.Contains(string(got), "\t"+read+" c.Returned(") {
					t.Errorf("%s: the stub does not read results by %q", typ, read)
				}
			}
		}
	}
}

// pieces is a message of GIOP 1.1 that is sent in fragments of 128 octets, each value aligned in its own as omniORBpy does.
type pieces struct{ out, msg []byte }

func (w *pieces) next(more bool) {
	giop.PatchSize(w.msg)
	if more {
		w.msg[6] |= 2
	}
	w.out = append(w.out, w.msg...)
	w.msg = giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeFragment})
}

func (w *pieces) put(octets []byte) {
	for range 2 {
		for len(w.msg)%len(octets) != 0 {
			w.msg = append(w.msg, 0)
		}
		if len(w.msg) < 128 {
			break
		}
		w.next(true)
	}
	w.msg = append(w.msg, octets...)
}

func (w *pieces) ulong(v uint32) { w.put(binary.LittleEndian.AppendUint32(nil, v)) }

func (w *pieces) text(s string) {
	w.ulong(uint32(len(s) + 1))
	for _, c := range []byte(s + "\x00") {
		w.put([]byte{c})
	}
}

// TestValuesOverSeams lets a value box, and a value of a type that is derived from what the IDL declares, come over the ends of
// fragments with their lists: both the first message of a sender and what it sends later are read.
func TestValuesOverSeams(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var list []float64
	for i := range 100 {
		list = append(list, float64(i)+0.1)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerWithValues(c, list)
		}
	}()
	p := ior.IIOP{Version: cdr.V11, Host: "127.0.0.1", Port: uint16(l.Addr().(*net.TCPAddr).Port), Key: []byte("x")}
	url := (&ior.IOR{TypeID: "IDL:Stock/Office:1.0", Profiles: []ior.Profile{p.Profile()}}).String()
	for _, boxFirst := range []bool{false, true} {
		o := newORB(t, orb.Config{})
		registerFactories(o)
		stock.CurveType.Register(o, nil)
		office, err := stock.OfficeClass.Bind(t.Context(), o, url)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		for round := range 4 {
			if (round%2 == 0) == boxFirst {
				got, err := office.TakeRates(ctx, nil)
				if err != nil || !slices.Equal(got.Value, list) {
					t.Fatalf("box first %t, round %d: %v, %v", boxFirst, round, got, err)
				}
				continue
			}
			n, _, _, err := office.TakeNote(ctx, nil, nil)
			if got, ok := n.(*stock.CurveState); err != nil || !ok || !slices.Equal(got.Points, list) || got.Text != "curve" {
				t.Fatalf("box first %t, round %d: %v, %v", boxFirst, round, n, err)
			}
		}
	}
}

// answerWithValues answers take_rates with a box of the list, and take_note with a Curve and two nulls.
func answerWithValues(c net.Conn, list []float64) {
	defer c.Close()
	for id := uint32(0); ; id++ {
		head := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		h, err := giop.ParseHeader(head)
		if err != nil {
			return
		}
		msg := append(head, make([]byte, h.Size)...)
		if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
			return
		}
		var d cdr.Decoder
		var r giop.Request
		if giop.Open(&d, h, msg, nil); r.Parse(h, &d) != nil {
			return
		}
		e := cdr.NewEncoder(nil, true, nil)
		giop.BeginReply(e, cdr.V11, r.ID, giop.NoException, nil)
		w := &pieces{msg: slices.Clone(e.Bytes())}
		w.ulong(0x7fffff02) // one repository id follows, and no chunks
		nulls := 0
		if string(r.Operation) == "take_note" {
			w.text("IDL:Stock/Curve:1.0")
			w.text("curve")
			w.ulong(7)
			nulls = 2
		} else {
			w.text("IDL:Stock/Rates:1.0")
		}
		w.ulong(uint32(len(list)))
		for _, v := range list {
			w.put(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
		for range nulls {
			w.ulong(0)
		}
		w.next(false)
		if _, err := c.Write(w.out); err != nil {
			return
		}
	}
}
