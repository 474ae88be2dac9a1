package dyn_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/captures"
	"github.com/opendsom/dsom/ior"
	tc "github.com/opendsom/dsom/typecode"
)

// The types of the recorded interfaces, Bench::EchoSvc and TY::T.
var (
	object = tc.ObjRef("IDL:omg.org/CORBA/Object:1.0", "Object")
	tyT    = tc.ObjRef("IDL:TY/T:1.0", "T")
	prim   = tc.Struct("IDL:TY/Prim:1.0", "Prim",
		tc.Member{Name: "b", Type: tc.Boolean}, tc.Member{Name: "c", Type: tc.Char}, tc.Member{Name: "o", Type: tc.Octet},
		tc.Member{Name: "s", Type: tc.Short}, tc.Member{Name: "us", Type: tc.UShort}, tc.Member{Name: "l", Type: tc.Long},
		tc.Member{Name: "ul", Type: tc.ULong}, tc.Member{Name: "ll", Type: tc.LongLong}, tc.Member{Name: "ull", Type: tc.ULongLong},
		tc.Member{Name: "f", Type: tc.Float}, tc.Member{Name: "d", Type: tc.Double})
	money   = tc.Fixed(9, 2)
	mat     = tc.Alias("IDL:TY/Mat:1.0", "Mat", tc.Array(tc.Array(tc.Long, 3), 2))
	bstr    = tc.Alias("IDL:TY/BStr:1.0", "BStr", tc.Sequence(tc.StringMax(8), 4))
	blob    = tc.Alias("IDL:TY/Blob:1.0", "Blob", tc.Sequence(tc.Octet, 0))
	tyUL    = tc.Union("IDL:TY/UL:1.0", "UL", tc.LongLong, tc.Arm{Label: -5, Name: "sh", Type: tc.Short}, tc.Arm{Label: 7, Name: "sh", Type: tc.Short}, tc.Arm{Label: 9, Name: "data", Type: blob})
	empty   = tc.Exception("IDL:TY/Empty:1.0", "Empty")
	bpoint  = tc.Struct("IDL:Bench/Point:1.0", "Point", tc.Member{Name: "x", Type: tc.Long}, tc.Member{Name: "y", Type: tc.Double}, tc.Member{Name: "name", Type: tc.String})
	bpoints = tc.Alias("IDL:Bench/PointSeq:1.0", "PointSeq", tc.Sequence(bpoint, 0))
	bbytes  = tc.Alias("IDL:Bench/ByteSeq:1.0", "ByteSeq", tc.Sequence(tc.Octet, 0))
)

type types = []*tc.TypeCode

// operations gives the types of each operation's arguments and results, in the order of the wire.
var operations = map[string]struct{ in, out types }{
	"_is_a": {types{tc.String}, types{tc.Boolean}}, "_non_existent": {nil, types{tc.Boolean}},
	"ping": {nil, nil}, "estr": {types{tc.String}, types{tc.String}}, "ebytes": {types{bbytes}, types{bbytes}},
	"epoints": {types{bpoints}, types{bpoints}}, "eany": {types{tc.Any}, types{tc.Any}}, "fire": {types{tc.Long}, nil},
	"_get_counter": {nil, types{tc.Long}}, "_set_counter": {types{tc.Long}, nil}, "_get_ident": {nil, types{tc.String}}, "name": {nil, types{tc.String}},
	"e_prim": {types{prim}, types{prim}}, "e_col": {types{color}, types{color}}, "e_mon": {types{money}, types{money}}, "e_mat": {types{mat}, types{mat}},
	"e_bstr": {types{bstr}, types{bstr}}, "e_wc": {types{tc.WChar}, types{tc.WChar}}, "e_ws": {types{tc.WString}, types{tc.WString}},
	"e_u": {types{union}, types{union}}, "e_ub": {types{unionB}, types{unionB}}, "e_ul": {types{tyUL}, types{tyUL}}, "e_node": {types{node}, types{node}},
	"io": {types{tc.Long, tc.Long}, types{tc.Long, tc.String}}, "e_ref": {types{tyT}, types{tyT}}, "e_obj": {types{object}, types{object}},
	"e_any": {types{tc.Any}, types{tc.Any}}, "e_tc": {types{tc.TC}, types{tc.TC}}, "boom": {types{tc.Long}, nil}, "sys": {nil, nil},
}

// body is the body of a recorded message, and the types of what is in it.
type body struct {
	op    string
	reply bool
	types types
	frame int
	msg   []byte
	at    int // where the body begins
	env   *cdr.Env
	order bool
}

// bodies returns the bodies of a capture's messages but for system exceptions.
func bodies(t *testing.T, file string) (all []body) {
	t.Helper()
	ops := map[uint32]string{}
	choice := codeset.Default
	for _, m := range captures.Whole(t, file) {
		var d cdr.Decoder
		giop.Open(&d, m.Header, m.Octets, nil)
		b := body{frame: m.Frame, msg: m.Octets, order: m.Header.Little}
		switch m.Header.Type {
		case giop.TypeRequest:
			var r giop.Request
			if err := r.Parse(m.Header, &d); err != nil {
				t.Fatal(err)
			}
			if data, ok := r.Contexts.Find(giop.ContextCodeSets); ok {
				var err error
				if choice, err = codeset.ParseContext(data); err != nil {
					t.Fatal(err)
				}
			}
			b.op = string(r.Operation)
			ops[r.ID] = b.op
			b.types = operations[b.op].in
		case giop.TypeReply:
			var r giop.Reply
			if err := r.Parse(m.Header, &d); err != nil {
				t.Fatal(err)
			}
			b.op, b.reply = ops[r.ID], true
			switch r.Status {
			case giop.NoException:
				b.types = operations[b.op].out
			case giop.UserException:
				ahead := d
				for _, x := range (types{oops, empty}) {
					if x.ID() == ahead.RawString() {
						b.types = types{x}
					}
					ahead = d
				}
			default:
				continue
			}
		default:
			continue
		}
		if _, known := operations[b.op]; !known {
			t.Fatalf("frame %d: operation %q", m.Frame, b.op)
		}
		narrow, wide, err := choice.Sets()
		if err != nil {
			t.Fatal(err)
		}
		b.env = &cdr.Env{Version: m.Header.Version, Narrow: narrow, Wide: wide}
		b.at = d.Pos()
		all = append(all, b)
	}
	return all
}

// read reads the values of a body; msg stands in for the recorded message.
func (b body) read(msg []byte) ([]dyn.Any, error) {
	var d cdr.Decoder
	d.Reset(msg, b.at, b.order, b.env)
	var all []dyn.Any
	for _, c := range b.types {
		all = append(all, dyn.GetValue(&d, c))
	}
	if d.Err() == nil && d.Remaining() != 0 {
		d.Octets(make([]byte, d.Remaining()+1)) // an error
	}
	return all, d.Err()
}

// write writes values at the place of the body, behind what is before it.
func (b body) write(values []dyn.Any) ([]byte, error) {
	e := cdr.NewEncoder(nil, b.order, b.env)
	e.Octets(b.msg[:b.at])
	for _, v := range values {
		dyn.PutValue(e, v)
	}
	return e.Bytes(), e.Err()
}

// Every value that was recorded decodes, and encodes again from what was decoded alone to
// the same octets but for padding; and it survives the other byte order.
func TestCapturesAgain(t *testing.T) {
	t.Parallel()
	for _, file := range captures.Files(t, captures.Dir(t, "giop-captures")) {
		t.Run(captures.Name(file), func(t *testing.T) {
			t.Parallel()
			for _, b := range bodies(t, file) {
				values, err := b.read(b.msg)
				if err != nil {
					t.Errorf("frame %d: %s: %v", b.frame, b.op, err)
					continue
				}
				got, err := b.write(values)
				if err != nil {
					t.Errorf("frame %d: %s: %v", b.frame, b.op, err)
					continue
				}
				b.compare(t, values, got)
			}
		})
	}
}

func (b body) compare(t *testing.T, values []dyn.Any, got []byte) {
	t.Helper()
	if len(got) != len(b.msg) {
		t.Errorf("frame %d: %s: %d octets became %d", b.frame, b.op, len(b.msg), len(got))
		return
	}
	for i := range got {
		if got[i] == b.msg[i] {
			continue
		}
		other := bytes.Clone(b.msg) // padding may hold anything
		other[i] ^= 0xff
		same, err := b.read(other)
		for j := range same {
			if err != nil || got[i] != 0 || !dyn.Equal(same[j], values[j]) {
				t.Errorf("frame %d: %s: octet %d is %#x, was %#x", b.frame, b.op, i, got[i], b.msg[i])
				return
			}
		}
	}
	swapped := b
	swapped.order = !b.order
	turned, err := swapped.write(values)
	if err != nil {
		t.Errorf("frame %d: %s in the other byte order: %v", b.frame, b.op, err)
		return
	}
	back, err := swapped.read(turned)
	for j := range values {
		if err != nil || !dyn.Equal(back[j], values[j]) {
			t.Errorf("frame %d: %s in the other byte order: %v, %v", b.frame, b.op, back, err)
		}
	}
}

// The anys and TypeCodes of types.idl are what its client sent.
func TestCapturesTypes(t *testing.T) {
	t.Parallel()
	const colorText = "enum TY::Color {RED, GREEN, BLUE}"
	const unionText = "union TY::U switch (" + colorText + ") {case RED: long l; case GREEN: string s; default: octet o;}"
	const nodeText = "struct TY::Node {long id; typedef sequence<TY::Node> TY::Nodes kids;}"
	const unionLLText = "union TY::UL switch (long long) {case -5: short sh; case 7: short sh; case 9: typedef sequence<octet> TY::Blob data;}"
	const primText = "struct TY::Prim {boolean b; char c; octet o; short s; unsigned short us; long l; unsigned long ul; long long ll; unsigned long long ull; float f; double d;}"
	anys := []struct{ text, json string }{
		{"null", "null"},
		{primText, `{"b":true,"c":"A","o":255,"s":-2,"us":65535,"l":-70000,"ul":4000000000,"ll":"-5000000000","ull":"18000000000000000000","f":1.5,"d":-2.25}`},
		{unionText, `{"_d":"BLUE","o":9}`},
		{nodeText, `{"id":1,"kids":[{"id":2,"kids":[]},{"id":3,"kids":[{"id":4,"kids":[]}]}]}`},
		{colorText, `"RED"`},
		{"interface TY::T", ""},
		{"exception TY::Oops {long code; string why;}", `{"_exception":"IDL:TY/Oops:1.0","code":1,"why":"x"}`},
		{"any", `{"_type":"long","_value":1}`},
		{"wstring", `"w"`},
		{"fixed<4,2>", `"12.34"`},
		{"typedef long[2][3] TY::Mat", "[[1,2,3],[4,5,6]]"},
	}
	codes := []string{nodeText, unionText, "long", "interface TY::T", unionLLText}
	for _, version := range []string{"1.0", "1.1", "1.2"} {
		file := filepath.Join(captures.Dir(t, "giop-captures"), "types-omni-omni-giop"+version+"-port14003.pcap")
		var nAny, nCode int
		for _, b := range bodies(t, file) {
			if b.reply || b.op != "e_any" && b.op != "e_tc" {
				continue
			}
			values, err := b.read(b.msg)
			if err != nil {
				t.Fatal(err)
			}
			if b.op == "e_tc" {
				if got := values[0].Value().(*tc.TypeCode).String(); got != codes[nCode] {
					t.Errorf("GIOP %s: TypeCode %d is %s, want %s", version, nCode, got, codes[nCode])
				}
				nCode++
				continue
			}
			if version != "1.2" && nAny == 8 {
				nAny++ // omniORB's client refuses the wstring
			}
			a, err := dyn.AnyType.From(values[0])
			if err != nil {
				t.Fatal(err)
			}
			want := anys[nAny]
			nAny++
			if a.Type().String() != want.text {
				t.Errorf("GIOP %s: any %d is of type %v, want %s", version, nAny, a.Type(), want.text)
			}
			got, err := dyn.MarshalJSON(a)
			if err != nil || want.json != "" && string(got) != want.json {
				t.Errorf("GIOP %s: any %d is %s, %v, want %s", version, nAny, got, err, want.json)
			}
			if a.Type().Kind() == tc.TkObjref {
				r, ok := a.Value().(*ior.IOR)
				if !ok || r.TypeID != "IDL:TY/T:1.0" || !strings.HasPrefix(string(got), `"IOR:`) {
					t.Errorf("GIOP %s: the reference is %v, %s", version, a.Value(), got)
				}
			}
		}
		if nAny != len(anys) || nCode != len(codes) {
			t.Errorf("GIOP %s: %d anys and %d TypeCodes", version, nAny, nCode)
		}
	}
}
