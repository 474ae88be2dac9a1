//go:build cgo && unix

package native_test

import (
	"context"
	"strings"
	"testing"

	emitidl "github.com/opendsom/dsom/emit/idl"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
	"github.com/opendsom/dsom/typelib"
)

type feeder struct{ som.Base }

func (*feeder) Feed(_ context.Context, grams float64, whom som.Object) (bool, error) {
	return true, nil
}

type robot struct {
	feeder
	_ int
}

func (*robot) Feed(context.Context, float64, som.Object) (bool, error)                { return false, nil }
func (*robot) Count(context.Context, int8, uint8, int16, uint16, int32, uint32) error { return nil }
func (*robot) Add(_ context.Context, a int64, b uint64, c float32) (string, error)    { return "", nil }

// TestDescription holds that a class in Go that was made without IDL is described as its Go types say, in IDL that can be read again.
func TestDescription(t *testing.T) {
	t.Parallel()
	f := som.MustClass[feeder]("Zoo::Kitchen::Feeder", som.WithVersion(2, 1))
	r := som.MustClass[robot]("Zoo::Kitchen::Robot", som.Parents(f), som.With(func(s *som.Spec) {
		s.Abstract = true
		s.Introduces = []som.MethodSpec{{Name: "plain", Kind: som.NonStatic, Impl: func(som.Self) {}}, {Name: "alone", Kind: som.Procedure, Impl: func(som.Self) int { return 1 }}}
	}))
	b, err := native.Description(r)
	if err != nil {
		t.Fatal(err)
	}
	spec, err := typelib.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	files, err := emitidl.Emit(spec, emitidl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var text string
	for _, file := range files.All() {
		text += string(file)
	}
	for _, want := range []string{
		"interface Robot : ::Zoo::Kitchen::Feeder", "void plain ();", "string add (in long long p1, in unsigned long long p2, in float p3);",
		"void count (in int8 p1, in octet p2, in short p3, in unsigned short p4, in long p5, in unsigned long p6);",
		"releaseorder: plain,add,count;", "feed: override;", "plain: nonstatic;", "abstract;",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nlacks %s", text, want)
		}
	}
	if strings.Contains(text, "boolean feed") || strings.Contains(text, "alone") {
		t.Errorf("%s\nhas what an ancestor introduces", text)
	}
	odd, err := som.NewClass(som.Spec{Name: "Odd", Introduces: []som.MethodSpec{{Name: "many", Impl: func(som.Self) (int, int) { return 1, 2 }}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := native.Description(odd); err == nil || !strings.Contains(err.Error(), "Odd::many: it has 2 results") {
		t.Errorf("got %v", err)
	}
}

// A pose is what a walker tells of itself.
type pose struct {
	X, Y int32
	Tag  string
	Legs [4]int16
}

type walker struct{ som.Base }

func (*walker) Move(context.Context, int32) (pose, error)                   { return pose{}, nil }
func (*walker) Path(context.Context, int16) ([]pose, error)                 { return nil, nil }
func (*walker) Load(_ context.Context, b []byte) ([]byte, error)            { return b, nil }
func (*walker) Sum(context.Context, []float64, bool) (float64, bool, error) { return 0, false, nil }
func (*walker) Pose(context.Context, pose) error                            { return nil }
func (*walker) Odd(context.Context, map[string]int) error                   { return nil }
func (*walker) Hidden(context.Context, struct{ hidden int }) error          { return nil }

// TestSpecOfGoTypes describes a class in Go to clients elsewhere: structs, sequences and several results too. A method that cannot be described is named, and the others are there.
func TestSpecOfGoTypes(t *testing.T) {
	t.Parallel()
	w := som.MustClass[walker]("Works::Walker")
	spec, err := native.Spec(w)
	for _, want := range []string{"Works::Walker::odd", "map[string]int", "Works::Walker::hidden"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("it is not said that %s is not described: %v", want, err)
		}
	}
	if spec == nil {
		t.Fatal("nothing is described")
	}
	files, err := emitidl.Emit(spec, emitidl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var text string
	for _, file := range files.All() {
		text += strings.ReplaceAll(string(file), "::Works::Walker::", "")
	}
	for _, want := range []string{
		"struct Pose_2 {", "long x;", "string tag;", "typedef sequence<octet> OctetSeq;", "typedef sequence<double> DoubleSeq;", "typedef short Short4[4];", "typedef sequence<Pose_2> Pose_2Seq;",
		"Pose_2 move (in long p1);", "Pose_2Seq path (in short p1);", "OctetSeq load (in OctetSeq p1);", "double sum (in DoubleSeq p1, in boolean p2, out boolean p3);", "void pose (in Pose_2 p1);",
		"releaseorder: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nlacks %s", text, want)
		}
	}
	if strings.Contains(text, "odd") || strings.Contains(text, "hidden") {
		t.Errorf("%s\nhas what it cannot have", text)
	}
}
