package orb_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// TestUnicodeThroughCorbaloc: a URL that promises nothing does not keep a text from being sent
// that needs more than ISO 8859-1; what the reference says it cannot do is not tried.
func TestUnicodeThroughCorbaloc(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(&echo{orb: o})); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"", "iiop:1.1@", "iiop:1.2@"} {
		url := fmt.Sprintf("corbaloc:%s127.0.0.1:%d/Echo", version, o.Endpoints()[0].Port)
		if version == "" {
			url = fmt.Sprintf("corbaloc::127.0.0.1:%d/Echo", o.Endpoints()[0].Port)
		}
		far, err := newClient(t, nil).Resolve(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		e := EchoClass.Unchecked(far)
		for _, text := range []string{"plain", "日本", "plain again", "€"} {
			if got, err := e.Say(t.Context(), text); got != text || err != nil {
				t.Errorf("%s: said %q: %q, %v", url, text, got, err)
			}
		}
		if got, err := EchoClass.Unchecked(far.InUnicode()).Say(t.Context(), "本"); got != "本" || err != nil {
			t.Errorf("%s in Unicode: %q, %v", url, got, err)
		}
		if far.InUnicode().String() != far.String() {
			t.Errorf("%s in Unicode is another reference", url)
		}
	}
	old := newClient(t, func(c *orb.Config) { c.MaxVersion = cdr.V10 })
	far, err := old.Resolve(t.Context(), fmt.Sprintf("corbaloc::127.0.0.1:%d/Echo", o.Endpoints()[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := EchoClass.Unchecked(far).Say(t.Context(), "日本"); !errors.Is(err, exc.DataConversion) {
		t.Errorf("a client of GIOP 1.0 alone: %v, want DATA_CONVERSION", err)
	}
}

// TestNativeAnswers: Unicode is preferred to a server's native sets, but not where the server is JacORB, which answers in those.
func TestNativeAnswers(t *testing.T) {
	t.Parallel()
	o := newClient(t, nil)
	offer := codeset.Component{
		Char:  codeset.Support{Native: codeset.IDLatin1, Conversion: []uint32{codeset.IDUTF8}},
		Wchar: codeset.Support{Native: codeset.IDUCS2, Conversion: []uint32{codeset.IDUTF16}},
	}
	unicode := codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}
	native := codeset.Choice{Char: codeset.IDLatin1, Wchar: codeset.IDUCS2}
	for made, want := range map[uint32]codeset.Choice{ior.ORBTypeJacORB: native, ior.ORBTypeOmniORB: unicode, ior.ORBTypeDSOM: unicode, 0x53554e00: unicode} {
		p := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: 9, Key: []byte("x"), Components: []ior.Component{
			ior.ORBTypeComponent(made), {Tag: ior.TagCodeSets, Data: offer.Append(nil)},
		}}
		if got := orb.CodeSets(o.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{p.Profile()}})); got != want {
			t.Errorf("the ORB %#x is spoken to in %+v, want %+v", made, got, want)
		}
	}
}

// TestCodeSets: what client and server are configured with decides how their text travels, and what
// the set lacks is DATA_CONVERSION.
func TestCodeSets(t *testing.T) {
	t.Parallel()
	support := func(native uint32, conversion ...uint32) codeset.Support {
		return codeset.Support{Native: native, Conversion: conversion}
	}
	const latin2, latin5 = 0x00010002, 0x00010005
	for _, c := range []struct {
		what           string
		client, server codeset.Support
		text           string
		fails          bool
	}{
		{"the defaults", support(0), support(0), "日本 €", false},
		{"a host's set", support(0), support(codeset.IDIBM1047), "Hé[ll]o", false},
		{"beyond a host's set", support(0), support(codeset.IDIBM1047), "10 €", true},
		{"Shift-JIS both", support(codeset.IDShiftJIS), support(codeset.IDShiftJIS), "a日本語ｱ", false},
		{"EUC there", support(codeset.IDShiftJIS, codeset.IDEUCJP), support(codeset.IDEUCJP), "日本語", false},
		{"EUC here, converted there", support(codeset.IDEUCKR), support(codeset.IDUTF8, codeset.IDEUCKR), "한국어", false},
		{"the fallback", support(latin2), support(latin5), "Łódź, Привет", false},
		{"the server takes UTF-8", support(0), support(latin2, codeset.IDUTF8), "日本", false},
	} {
		o, root := newORB(t, func(cfg *orb.Config) { cfg.CodeSets.Char = c.server })
		ref, err := EchoClass.Activate(root, &echo{orb: o})
		if err != nil {
			t.Fatal(err)
		}
		e, err := EchoClass.Bind(t.Context(), newClient(t, func(cfg *orb.Config) { cfg.CodeSets.Char = c.client }), ref.String())
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		got, err := e.Say(t.Context(), c.text)
		switch {
		case c.fails && !errors.Is(err, exc.DataConversion):
			t.Errorf("%s: %q, %v, want DATA_CONVERSION", c.what, got, err)
		case !c.fails && (err != nil || got != c.text):
			t.Errorf("%s: %q, %v, want %q", c.what, got, err, c.text)
		}
	}
}

func TestCodeSetsConfigured(t *testing.T) {
	t.Parallel()
	for _, bad := range []codeset.Component{
		{Char: codeset.Support{Native: codeset.IDUTF16}},
		{Wchar: codeset.Support{Native: 0x00050010}}, // eucTW, which is known by its name alone
		{Char: codeset.Support{Native: codeset.IDUTF8, Conversion: []uint32{0x77777777}}},
	} {
		if o, err := orb.New(orb.Config{CodeSets: bad}); !errors.Is(err, exc.CodesetIncompatible) {
			t.Errorf("%+v: %v, %v", bad, o, err)
		}
	}
	// A reference says what was configured, and nothing wide is sent where it names no wide set.
	o, root := newORB(t, func(cfg *orb.Config) { cfg.CodeSets.Wchar.Native = codeset.IDUCS4 })
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	data := new(ior.IOR)
	*data = *ref.IOR()
	p, err := data.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	sets, _ := p.Find(ior.TagCodeSets)
	offer, err := codeset.ParseComponent(sets)
	if err != nil || offer.Wchar.Native != codeset.IDUCS4 || offer.Char.Native != codeset.IDUTF8 {
		t.Fatalf("the reference offers %+v, %v", offer, err)
	}
	for i := range p.Components {
		if p.Components[i].Tag == ior.TagCodeSets {
			p.Components[i].Data = codeset.Component{Char: offer.Char}.Append(nil)
		}
	}
	data.Profiles = []ior.Profile{p.Profile()}
	strange := p
	strange.Components = []ior.Component{{Tag: ior.TagCodeSets, Data: codeset.Component{Char: codeset.Support{Native: 0x77777777}}.Append(nil)}}
	far := newClient(t, nil).NewRef(&ior.IOR{TypeID: data.TypeID, Profiles: []ior.Profile{strange.Profile()}})
	if err := EchoClass.Unchecked(far).Ping(t.Context()); !errors.Is(err, exc.CodesetIncompatible) {
		t.Errorf("a server with nothing in common: %v", err)
	}
	c := orb.StartCall(t.Context(), newClient(t, nil).NewRef(data), "say", 0)
	for c.Next() {
		c.Out.WString("wide")
	}
	c.Returned()
	if err := c.End(); !errors.Is(err, exc.InvObjref) || exc.From(err, exc.No).Minor != exc.MinorWCharNotNegotiated {
		t.Errorf("wide characters to a server that takes none: %v", err)
	}
}

// wideEcho returns what it is sent: a wchar and a wstring.
type wideEcho struct{ _ byte }

func (*wideEcho) Interface() *orb.Interface { return &orb.Interface{ID: "IDL:Wide:1.0"} }
func (e *wideEcho) Implementation() any     { return e }
func (*wideEcho) Dispatch(r *orb.ServerRequest) bool {
	c, s := r.In.WChar(), r.In.WString()
	if r.Decoded() && r.Returned(nil) {
		r.Out.WChar(c)
		r.Out.WString(s)
	}
	return true
}

// TestWideInOctets calls a server whose wide characters are in Shift-JIS: in GIOP 1.2 they arrive, in 1.1 they cannot be sent, and a
// character that the set lacks is not sent as something else.
func TestWideInOctets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version cdr.Version
		char    rune
		text    string
		want    error
	}{
		{cdr.V12, '漢', "aｱ漢字", nil},
		{cdr.V12, 'é', "", exc.DataConversion},
		{cdr.V12, 'a', "한", exc.DataConversion},
		{cdr.V11, 'a', "a", exc.DataConversion},
	} {
		_, root := newORB(t, func(cfg *orb.Config) {
			cfg.CodeSets.Wchar = codeset.Support{Native: codeset.IDShiftJIS}
			cfg.MaxVersion = c.version
		})
		ref, err := root.Activate(new(wideEcho))
		if err != nil {
			t.Fatal(err)
		}
		call := orb.StartCall(t.Context(), newClient(t, nil).NewRef(ref.IOR()), "echo", 0)
		for call.Next() {
			call.Out.WChar(c.char)
			call.Out.WString(c.text)
		}
		var char rune
		var text string
		if call.Returned() {
			char, text = call.In.WChar(), call.In.WString()
		}
		if err := call.End(); !errors.Is(err, c.want) || err == nil && (char != c.char || text != c.text) {
			t.Errorf("%q %q in GIOP %v: got %q, %q, %v, want %v", c.char, c.text, c.version, char, text, err, c.want)
		}
	}
}

// TestCodeSetContext: what a client announces holds for the connection until it announces something
// else; what was not offered is refused, and changes nothing.
func TestCodeSetContext(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, func(cfg *orb.Config) {
		cfg.CodeSets.Char = codeset.Support{Native: codeset.IDUTF8, Conversion: []uint32{codeset.IDLatin1, codeset.IDShiftJIS, codeset.IDIBM1047}}
	})
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(&echo{orb: o})); err != nil {
		t.Fatal(err)
	}
	far, err := net.Dial("tcp", o.Endpoints()[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	far.SetDeadline(time.Now().Add(20 * time.Second))
	const latin2 = 0x00010002
	for i, c := range []struct {
		announce uint32 // 0: nothing
		octets   string
		want     string // of the text that comes back; "!": CODESET_INCOMPATIBLE
	}{
		{0, "h\xe9", "h\xe9"}, // ISO 8859-1 before any agreement
		{codeset.IDShiftJIS, "\x93\xfa", "\x93\xfa"},
		{0, "\x96\x7b", "\x96\x7b"}, // it is kept
		{latin2, "x", "!"},
		{0, "\x93\xfa", "\x93\xfa"},                      // and still is
		{codeset.IDIBM1047, "\xc8", "\xc8"},              // changed
		{codeset.IDUTF8, "\xe2\x82\xac", "\xe2\x82\xac"}, // the fallback
		{codeset.IDUTF16, "x", "!"},
	} {
		e := cdr.NewEncoder(nil, true, nil)
		h := giop.RequestHead{ID: uint32(i), Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "say"}
		if c.announce != 0 {
			h.Contexts = []giop.Context{{ID: giop.ContextCodeSets, Data: codeset.Choice{Char: c.announce}.Append(nil)}}
		}
		m := giop.BeginRequest(e, cdr.V12, &h)
		e.RawString(c.octets)
		giop.Finish(e, m)
		if _, err := far.Write(e.Bytes()); err != nil {
			t.Fatal(err)
		}
		d, reply := readReply(t, far)
		if c.want == "!" {
			sys, err := giop.GetSystemException(d)
			if reply.Status != giop.SystemException || err != nil || sys.Kind != exc.CodesetIncompatible || sys.Minor != exc.MinorCodeSetUnsupported {
				t.Errorf("request %d: %v, %v, %v, want CODESET_INCOMPATIBLE", i, reply.Status, sys, err)
			}
			continue
		}
		if got := d.RawString(); reply.Status != giop.NoException || got != c.want {
			t.Errorf("request %d: %v, %q, %v, want %q", i, reply.Status, got, d.Err(), c.want)
		}
	}
}

// TestCodeSetNonsense: what is no code set, or no context at all, costs the request and nothing more.
func TestCodeSetNonsense(t *testing.T) {
	t.Parallel()
	addr, _, alive := hostileServer(t, nil)
	good := codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}.Append(nil)
	var contexts [][]byte
	for n := range good {
		contexts = append(contexts, good[:n])
	}
	for _, c := range []codeset.Choice{{Char: 0xffffffff}, {Wchar: 0xffffffff}, {Char: codeset.IDUTF16, Wchar: codeset.IDUTF8}, {Char: 1}} {
		contexts = append(contexts, c.Append(nil))
	}
	contexts = append(contexts, []byte{2, 0, 0, 0}, make([]byte, 1<<16))
	far, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	far.SetDeadline(time.Now().Add(20 * time.Second))
	for i, data := range contexts {
		e := cdr.NewEncoder(nil, true, nil)
		m := giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: uint32(i), Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "say",
			Contexts: []giop.Context{{ID: giop.ContextCodeSets, Data: data}}})
		e.RawString("x")
		giop.Finish(e, m)
		if _, err := far.Write(e.Bytes()); err != nil {
			t.Fatal(err)
		}
		d, reply := readReply(t, far)
		sys, err := giop.GetSystemException(d)
		if reply.Status != giop.SystemException || err != nil || sys.Kind != exc.Marshal && sys.Kind != exc.CodesetIncompatible {
			if data != nil && len(data) == 1<<16 && reply.Status == giop.NoException {
				continue // two zeros: nothing is announced
			}
			t.Errorf("context %x: %v, %v, %v", data[:min(len(data), 16)], reply.Status, sys, err)
		}
	}
	alive()
	// A reference that offers more sets than there are profiles allowed is not read.
	many := codeset.Component{Char: codeset.Support{Native: codeset.IDUTF8, Conversion: make([]uint32, 1000)}}
	if c, err := codeset.ParseComponent(many.Append(nil)); !errors.Is(err, exc.Marshal) || len(c.Char.Conversion) != 0 {
		t.Errorf("a thousand conversions: %d, %v", len(c.Char.Conversion), err)
	}
}

// readReply reads a Reply, up to its body.
func readReply(t *testing.T, r io.Reader) (*cdr.Decoder, *giop.Reply) {
	t.Helper()
	msg := make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(r, msg); err != nil {
		t.Fatal(err)
	}
	h, err := giop.ParseHeader(msg)
	if err != nil {
		t.Fatal(err)
	}
	msg = append(msg, make([]byte, h.Size)...)
	if _, err := io.ReadFull(r, msg[giop.HeaderSize:]); err != nil {
		t.Fatal(err)
	}
	d := new(cdr.Decoder)
	d.Reset(msg, giop.HeaderSize, h.Little, nil)
	reply := new(giop.Reply)
	if err := reply.Parse(h, d); err != nil {
		t.Fatal(err)
	}
	return d, reply
}
