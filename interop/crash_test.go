package interop_test

import (
	"bufio"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/typecode"
)

// serveCrash builds a program of omniorb/crash and starts its server. It returns the program, the server and its reference.
func serveCrash(t *testing.T, name string) (program string, server *exec.Cmd, ior string) {
	t.Helper()
	omniorb.Need(t)
	dir := t.TempDir()
	program = filepath.Join(dir, name)
	for _, step := range [][]string{
		{"omniidl", "-bcxx", "-Wba", "-C" + dir, "omniorb/crash/" + name + ".idl"},
		{"g++", "-fpermissive", "-w", "-I" + dir, "-o", program, "omniorb/crash/" + name + ".cc",
			program + "SK.cc", program + "DynSK.cc", "-lomniDynamic4", "-lomniORB4", "-lomnithread"},
	} {
		if said, err := peer.Output(t, step[0], step[1:]...); err != nil {
			t.Fatalf("%s: %v\n%s", step[0], err, said)
		}
	}
	server = exec.CommandContext(t.Context(), program, "serve")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server says nothing: %v", err)
	}
	return program, server, strings.TrimSpace(line)
}

// TestOmniORBEnds: omniORB on both sides, whose server still ends where the programs in omniorb/crash say. When it does
// not, cdr may write such arrays as it writes others.
func TestOmniORBEnds(t *testing.T) {
	t.Parallel()
	// What is read behind the end of a chunk is what was in memory: values end the process in more than one way.
	for name, signals := range map[string][]string{"arrays": {"segmentation fault"}, "values": {"aborted", "segmentation fault"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, server, ior := serveCrash(t, name)
			said, err := peer.Output(t, program, "call", ior)
			_ = server.Process.Kill() // it has ended, or never will
			if ended := server.Wait(); err != nil || !strings.Contains(said, "COMM_FAILURE at ") || ended == nil ||
				!slices.ContainsFunc(signals, func(s string) bool { return strings.Contains(ended.Error(), s) }) {
				t.Errorf("the server ends no more (%v): %v\n%s", ended, err, said)
			}
		})
	}
}

// TestOmniORBSpared: a server that is known to be an omniORB is not sent the array at which it would end.
func TestOmniORBSpared(t *testing.T) {
	t.Parallel()
	_, server, url := serveCrash(t, "values")
	state := func(name string, tc *typecode.TypeCode) typecode.State {
		return typecode.State{Name: name, Type: tc, Public: true}
	}
	base := typecode.Value("IDL:Limit/Base:1.0", "Base", typecode.ValueNone, nil, state("n", typecode.Long))
	pair := typecode.Value("IDL:Limit/Pair:1.0", "Pair", typecode.ValueTruncatable, base, state("name", typecode.String), state("inner", base),
		state("doubles", typecode.Array(typecode.Double, 2)), state("tail", typecode.Long))
	take := &dii.Signature{Operation: "take", Result: typecode.Void, Params: []dii.Param{{Name: "pair", Direction: model.In, Type: base}}}
	ref, err := gopeer.NewORB(t, gopeer.Options{}).Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	good, refused := 0, 0
	for length := range 16 {
		v, err := dyn.Of(base, &dyn.Valuetype{Type: pair, Members: dyn.Struct{
			{Name: "n", Value: int32(9)}, {Name: "name", Value: strings.Repeat("n", length)},
			{Name: "inner", Value: &dyn.Valuetype{Type: base, Members: dyn.Struct{{Name: "n", Value: int32(3)}}}},
			{Name: "doubles", Value: []any{1.5, 2.5}}, {Name: "tail", Value: int32(6)},
		}})
		if err != nil {
			t.Fatal(err)
		}
		switch _, err := dii.Call(t.Context(), ref, take, v); {
		case err == nil:
			good++
		case strings.Contains(err.Error(), "the process of an omniORB would end"):
			refused++
		default:
			t.Errorf("a text of %d: %v", length, err)
		}
	}
	if good == 0 || refused == 0 {
		t.Errorf("%d values went well, and %d were refused", good, refused)
	}
	_ = server.Process.Kill()
	_ = server.Wait()
}

// TestOmniORBRows: an omniORB writes rows as omniorb/crash/rows.idl says, and reads them so: its own client sees nothing of it, this one
// MARSHAL, at some places. When it does not, TestRandomAnys may forgive nothing.
func TestOmniORBRows(t *testing.T) {
	t.Parallel()
	program, server, url := serveCrash(t, "rows")
	if said, err := peer.Output(t, program, "call", url); err != nil || said != "" {
		t.Errorf("omniORB does not understand itself: %v\n%s", err, said)
	}
	grain := typecode.Struct("IDL:Limit/Grain:1.0", "Grain", typecode.Member{Name: "o", Type: typecode.Octet}, typecode.Member{Name: "d", Type: typecode.Double})
	base := typecode.Value("IDL:Limit/Base:1.0", "Base", typecode.ValueNone, nil)
	row := typecode.Value("IDL:Limit/Row:1.0", "Row", typecode.ValueTruncatable, base,
		typecode.State{Name: "grains", Type: typecode.Any, Public: true}, typecode.State{Name: "tail", Type: typecode.Long, Public: true})
	pass := &dii.Signature{Operation: "pass", Result: row, Params: []dii.Param{
		{Name: "before", Direction: model.In, Type: typecode.String}, {Name: "row", Direction: model.In, Type: base}, {Name: "behind", Direction: model.Out, Type: typecode.String}}}
	ref, err := gopeer.NewORB(t, gopeer.Options{}).Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var list []any
	for i := range 3 {
		list = append(list, map[string]any{"o": i, "d": 1.5 + float64(i)})
	}
	grains, err := dyn.Of(typecode.Sequence(grain, 0), list)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := dyn.Of(base, &dyn.Valuetype{Type: row, Members: dyn.Struct{{Name: "grains", Value: grains}, {Name: "tail", Value: int32(7)}}})
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]int{}
	for n := 7700; n < 8200; n++ {
		before, err := dyn.Of(typecode.String, strings.Repeat("b", n))
		if err != nil {
			t.Fatal(err)
		}
		got, err := dii.Call(t.Context(), ref, pass, before, sent)
		switch {
		case err == nil && asJSON(got.Return) == asJSON(sent):
			failed["well"]++
		case err == nil:
			failed["other values"]++
		case errors.Is(err, exc.Marshal):
			failed["MARSHAL"]++
		default:
			t.Errorf("%d octets before: %v", n, err)
		}
	}
	if failed["other values"] > 0 || failed["MARSHAL"] == 0 || failed["MARSHAL"]+failed["well"] != 500 {
		t.Errorf("of 500 values: %v", failed)
	}
	_ = server.Process.Kill()
	_ = server.Wait()
}

// TestOmniORBFragments: an omniORB does not understand its own anys in fragments of GIOP 1.1 where omniorb/crash/fragments.idl says. What it sends
// is read here, or MARSHAL; no value comes as another. When all go well, they belong into the seams suite.
func TestOmniORBFragments(t *testing.T) {
	t.Parallel()
	program, server, url := serveCrash(t, "fragments")
	said, err := peer.Output(t, program, "call", url)
	if err != nil || !strings.Contains(said, "COMM_FAILURE for points at ") || !strings.Contains(said, "COMM_FAILURE for sizes at ") || strings.Contains(said, "other") {
		t.Errorf("omniORB understands itself, or fails otherwise: %v\n%s", err, said)
	}
	point := typecode.Struct("IDL:Limit/Point:1.0", "Point", typecode.Member{Name: "x", Type: typecode.Double}, typecode.Member{Name: "y", Type: typecode.Double})
	pass := &dii.Signature{Operation: "pass", Result: typecode.Any, Params: []dii.Param{
		{Name: "before", Direction: model.In, Type: typecode.String}, {Name: "held", Direction: model.In, Type: typecode.Any}, {Name: "behind", Direction: model.Out, Type: typecode.String}}}
	ref, err := gopeer.NewORB(t, gopeer.Options{}).Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var list []any
	for i := range 1100 {
		list = append(list, map[string]any{"x": 1.5 + float64(i), "y": 0.1 * float64(i)})
	}
	points, err := dyn.Of(typecode.Sequence(point, 0), list)
	if err != nil {
		t.Fatal(err)
	}
	held, err := dyn.Of(typecode.Any, points)
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]int{}
	for n := 7700; n < 8200; n += 4 {
		before, err := dyn.Of(typecode.String, strings.Repeat("b", n))
		if err != nil {
			t.Fatal(err)
		}
		got, err := dii.Call(t.Context(), ref, pass, before, held)
		switch {
		case err == nil && asJSON(got.Return) == asJSON(held):
			failed["well"]++
		case err == nil:
			failed["other values"]++
		case errors.Is(err, exc.Marshal):
			failed["MARSHAL"]++
		default:
			t.Errorf("%d octets before: %v", n, err)
		}
	}
	if failed["other values"] > 0 || failed["MARSHAL"]+failed["well"] != 125 {
		t.Errorf("of 125 values: %v", failed)
	}
	_ = server.Process.Kill()
	_ = server.Wait()
}

// TestOmniORBContexts: an omniORB sends the strings of a context clause in its own code set, as omniorb/crash/contexts.idl says, where this project's client
// sends all strings in that which was negotiated. When it does not, its limit is one no more.
func TestOmniORBContexts(t *testing.T) {
	t.Parallel()
	program, server, url := serveCrash(t, "contexts")
	if said, err := peer.Output(t, program, "call", url); err != nil || strings.TrimSpace(said) != "c3a4 e4" {
		t.Errorf("between two omniORBs: %q, %v", said, err)
	}
	ref, err := gopeer.NewORB(t, gopeer.Options{}).Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	octets := &dii.Signature{Operation: "octets", Result: typecode.String, Context: []string{"letter"},
		Params: []dii.Param{{Name: "letter", Direction: model.In, Type: typecode.String}}}
	letter, err := dyn.Of(typecode.String, "ä")
	if err != nil {
		t.Fatal(err)
	}
	want, err := dyn.Of(typecode.String, "c3a4 c3a4")
	if err != nil {
		t.Fatal(err)
	}
	got, err := dii.Call(orb.WithProperties(t.Context(), map[string]string{"letter": "ä"}), ref, octets, letter)
	if err != nil || asJSON(got.Return) != asJSON(want) {
		t.Errorf("from this project's client: %v, %v", got.Return, err)
	}
	_ = server.Process.Kill()
	_ = server.Wait()
}
