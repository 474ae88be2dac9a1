package typelib_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	emitidl "github.com/opendsom/dsom/emit/idl"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// usable holds that a specification that was read can be used: printed, written as JSON and as a typelib.
func usable(t testing.TB, spec *model.Spec) {
	t.Helper()
	if _, err := emitidl.Emit(spec, emitidl.Options{}); err != nil && !strings.Contains(err.Error(), "no path") && !strings.Contains(err.Error(), "made twice") && !strings.Contains(err.Error(), "a file") {
		t.Errorf("it cannot be printed: %v", err)
	}
	if _, err := json.Marshal(spec); err != nil {
		t.Errorf("it makes no JSON: %v", err)
	}
	b, err := typelib.Append(nil, spec, typelib.Options{})
	if err != nil {
		return // its classes may have become plain interfaces
	}
	again, err := typelib.Parse(b)
	if err != nil {
		t.Fatalf("what is written of it is not read: %v", err)
	}
	if c, err := typelib.Append(nil, again, typelib.Options{}); err != nil || !bytes.Equal(b, c) {
		t.Errorf("what is written of it is not stable: %v", err)
	}
}

func smallTypelib(t testing.TB) []byte {
	return encode(t, compile(t, idl.Options{}, "testdata/dog.idl"))
}

// TestFlips damages every octet in turn, in three ways. With the checksum each is an error; without
// it each is an error or a specification that can be used.
func TestFlips(t *testing.T) {
	t.Parallel()
	whole := smallTypelib(t)
	accepted := 0
	for i := range whole {
		for _, mask := range []byte{0x01, 0x80, 0xff} {
			b := bytes.Clone(whole)
			b[i] ^= mask
			if _, err := typelib.Parse(b); err == nil && i != 5 { // a newer minor version is read
				t.Errorf("octet %d, xor %#x: nobody notices", i, mask)
			}
			spec, err := typelib.ParseUnchecked(b)
			if err != nil {
				if !strings.Contains(err.Error(), "typelib: ") {
					t.Errorf("octet %d: an error without its origin: %v", i, err)
				}
				continue
			}
			accepted++
			if accepted%8 == 0 { // all of them in a fuzz run; it takes long
				usable(t, spec)
			}
		}
	}
	if accepted == 0 || accepted > 2*len(whole) {
		t.Errorf("%d of %d damaged typelibs were taken: is the test looking?", accepted, 3*len(whole))
	}
}

// TestPrefixes cuts a typelib at every octet.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	whole := smallTypelib(t)
	for n := range whole {
		if _, err := typelib.Parse(whole[:n]); err == nil || n >= 4 && !strings.Contains(err.Error(), "truncated") {
			t.Errorf("%d octets of %d: got %v", n, len(whole), err)
		}
		if n%8 != 0 || n < 32 {
			continue
		}
		cut := bytes.Clone(whole[:n]) // that says it is whole
		binary.LittleEndian.PutUint32(cut[8:], uint32(n))
		typelib.Seal(cut)
		if _, err := typelib.Parse(cut); err == nil {
			t.Errorf("%d octets of %d, sealed: nobody notices", n, len(whole))
		}
	}
}

// TestHeaders holds what is said of a header that cannot be.
func TestHeaders(t *testing.T) {
	t.Parallel()
	whole := smallTypelib(t)
	for name, c := range map[string]struct {
		change func(b []byte) []byte
		want   string
	}{
		"empty":        {func([]byte) []byte { return nil }, "this is none"},
		"text":         {func([]byte) []byte { return []byte("#include <somobj.idl>\n") }, `it begins with "#inc"`},
		"version":      {func(b []byte) []byte { b[4] = 2; return b }, "its format is version 2.0; this program reads version 1"},
		"newer":        {func(b []byte) []byte { b[5] = 9; return b }, ""},
		"damaged":      {func(b []byte) []byte { b[100]++; return b }, "its checksum is"},
		"long":         {func(b []byte) []byte { binary.LittleEndian.PutUint32(b[8:], 1<<30); return b }, "limit typelib-size"},
		"header":       {func(b []byte) []byte { b[6] = 8; return b }, "its header cannot be"},
		"strings":      {counted(16, 1<<19), "limit typelib-nodes"},
		"files":        {counted(20, 1<<19), "limit typelib-nodes"},
		"types":        {counted(24, 1<<31), "limit typelib-types"},
		"declarations": {counted(28, 1<<32-1), "limit typelib-nodes"},
		"more strings": {counted(16, 1<<17), "a table of 131072 entries"},
		"fewer":        {counted(28, 1), "declaration 10 of 1"},
		"follows":      {func(b []byte) []byte { return append(b, "more"...) }, "4 octets follow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := typelib.Parse(c.change(bytes.Clone(whole)))
			if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func counted(off int, n uint32) func([]byte) []byte {
	return func(b []byte) []byte {
		binary.LittleEndian.PutUint32(b[off:], n)
		typelib.Seal(b)
		return b
	}
}

// lastRecord returns where the length of the last declaration's record stands, and where the record ends.
func lastRecord(b []byte) (length, end int) {
	at := 32
	for table, n := range typelib.Tables(b) {
		for range n {
			length = at
			size, k := binary.Uvarint(b[at:])
			at += k + int(size)
			if table == 0 {
				at++ // the zero octet behind a text
			}
		}
	}
	return length, at
}

// TestNewer holds that what a later minor version may add is passed over if the typelib says that it is of one,
// and else refused.
func TestNewer(t *testing.T) {
	t.Parallel()
	whole := encode(t, compile(t, idl.Options{}, "testdata/animal.idl"))
	length, end := lastRecord(whole)
	if whole[length] > 0x70 || strings.Trim(string(whole[end:]), "\x00") != "" {
		t.Fatal("the last record is not where it is looked for")
	}
	for name, c := range map[string]struct {
		change func(b []byte) []byte
		want   string // of a reader that thinks that it knows all
	}{
		"record": {func(b []byte) []byte {
			b[length] += 3
			return append(b[:end], 1, 2, 3)
		}, "3 octets of a record are left over"},
		"kind":   {func(b []byte) []byte { b[length+1] = 99; return b }, "unknown kind of declaration"},
		"header": {func(b []byte) []byte { b[6] = 40; return append(b[:32:32], append(make([]byte, 8), b[32:]...)...) }, "its header cannot be"},
		"table":  {func(b []byte) []byte { return append(b[:end:end], "a further table of whatever is to come"...) }, "octets are left over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for minor := range byte(2) {
				b := c.change(bytes.Clone(whole))
				b = append(b, make([]byte, (8-len(b)%8)%8)...)
				b[5] = minor
				binary.LittleEndian.PutUint32(b[8:], uint32(len(b)))
				typelib.Seal(b)
				spec, err := typelib.Parse(b)
				if minor == 0 {
					if err == nil || !strings.Contains(err.Error(), c.want) {
						t.Errorf("got %v, want %s", err, c.want)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if spec.Lookup("Zoo::Animal") == nil {
					t.Error("no class Animal")
				}
				usable(t, spec)
			}
		})
	}
}

// TestMemory holds that a short typelib makes nobody allocate much, whatever it says.
func TestMemory(t *testing.T) {
	whole := smallTypelib(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	tries := 0
	for i := 32; i < len(whole)-4; i += 7 {
		b := bytes.Clone(whole)
		copy(b[i:], "\xff\xff\xff\x7f") // a large number, wherever one is expected
		_, _ = typelib.ParseUnchecked(b)
		tries++
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / uint64(tries); each > 4<<20 {
		t.Errorf("%d octets allocated for a typelib of %d", each, len(whole))
	}
}

// FuzzParse reads what may be a typelib, whatever its checksum, behind the begin of a header that is right.
func FuzzParse(f *testing.F) {
	f.Add(smallTypelib(f))
	f.Add(encode(f, compile(f, idl.Options{}, "testdata/animal.idl")))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(bytes.Clone(b), make([]byte, max(0, 32-len(b)))...)
		b = append(b, make([]byte, (8-len(b)%8)%8)...)
		copy(b, "SOMT\x01\x00\x20\x00")
		binary.LittleEndian.PutUint32(b[8:], uint32(len(b)))
		spec, err := typelib.ParseUnchecked(b)
		if err == nil {
			usable(t, spec)
		}
	})
}

// FuzzRead reads what may be an object file.
func FuzzRead(f *testing.F) {
	whole := encode(f, compile(f, idl.Options{}, "testdata/animal.idl"))
	for _, o := range objects(whole) {
		f.Add(o.data)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := typelib.Read(bytes.NewReader(b), int64(len(b)))
		if err == nil && len(file.Specs) == 0 {
			t.Error("nothing, and no error")
		}
	})
}

// TestAt reads a typelib from memory that tells where it ends: one that is said to be longer, or shorter, is an error.
func TestAt(t *testing.T) {
	t.Parallel()
	whole := smallTypelib(t)
	read := func(b []byte) func(int) ([]byte, error) {
		return func(n int) ([]byte, error) {
			if n > len(b) {
				return nil, errors.New("there is no more")
			}
			return b[:n], nil
		}
	}
	if _, err := typelib.At(read(append(slices.Clone(whole), make([]byte, 8)...))); err != nil {
		t.Errorf("with something behind it: %v", err)
	}
	for at := range whole {
		b := slices.Clone(whole)
		b[at] ^= 0x80
		if _, err := typelib.At(read(b)); (err == nil) != (at == 5) { // its minor version may be a later one's
			t.Errorf("octet %d: %v", at, err)
		}
	}
	for n := range whole {
		if _, err := typelib.At(read(whole[:n])); err == nil || !strings.HasPrefix(err.Error(), "typelib: ") {
			t.Errorf("%d octets: %v", n, err)
		}
	}
}
