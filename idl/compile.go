// Package idl compiles OMG IDL: Compile reads files and what they include and returns the
// checked specification with all that there is to say about it. It is the driver over package
// syntax, which reads, and package check, which gives meaning; emitters go on from the model.
//
// Nothing is printed, and files are opened through a Resolver only. A malformed or hostile
// text gives diagnostics within the Limits and never a panic.
package idl

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// A Resolver opens files; see syntax.Resolver.
type Resolver = syntax.Resolver

// FilesOf is a Resolver over texts in memory, by name.
type FilesOf = syntax.FilesOf

// Limits bounds what a text can make the compiler do; see syntax.Limits.
type Limits = syntax.Limits

// A Dialect is a variant of IDL; see syntax.Dialect.
type Dialect = syntax.Dialect

// The dialects.
const (
	Auto  = syntax.Auto
	CORBA = syntax.CORBA
	SOM   = syntax.SOM
)

// Options says what to compile with. The zero value reads files of the disk.
type Options struct {
	// Resolver opens the files; nil is Disk.
	Resolver Resolver
	// Include lists the directories in which an #include is looked up, in order, as -I does.
	// What the compiler carries itself, such as orb.idl, comes after them.
	Include []string
	// Preinclude lists files that are read first, as if each file included them.
	Preinclude []string
	// Define lists macros, "NAME" or "NAME=value", as -D does.
	Define []string
	// Dialect says which language it is: OMG IDL, SOM IDL, or, left 0, whichever it looks like.
	Dialect Dialect
	// Private reads the parts of SOM IDL that stand in #ifdef __PRIVATE__.
	Private bool
	Limits  Limits
	// MaxDiagnostics bounds the errors, and the warnings, that are kept; 0 is diag.DefaultMax.
	MaxDiagnostics int
	// Index asks for Result.Index, which costs time and memory.
	Index bool
}

// A Result is what a compilation made.
type Result struct {
	// Spec is the specification of all files together; nil if there were errors.
	Spec *model.Spec
	// Report holds errors and warnings.
	Report *diag.Report
	// Tree is what was parsed, for tools that work on the text; never nil.
	Tree *syntax.Tree
	// Index tells what names denote, also where there are errors; nil unless Options.Index was set.
	Index *check.Index

	source func(string) ([]byte, bool)
}

// Source returns the text of a file that was read, so that diagnostics can be shown with it.
func (r *Result) Source(file string) ([]byte, bool) { return r.source(file) }

// Compile compiles files as one specification: a file that several of them include is in it
// once. The error is nil or a *diag.ErrorList of the errors in the report; the result is never
// nil. A cancelled ctx ends the compilation with an error.
func Compile(ctx context.Context, o Options, files ...string) (*Result, error) {
	r := &Result{Report: &diag.Report{Max: o.MaxDiagnostics}, Tree: &syntax.Tree{}, source: func(string) ([]byte, bool) { return nil, false }}
	if o.Resolver == nil {
		o.Resolver = Disk{MaxSize: int64(o.Limits.FileSize)}
	}
	r.compile(ctx, o, files)
	return r, r.Report.Err()
}

// compile does the work. A panic in it is an error of the compiler: it becomes a diagnostic,
// so that an editor or a daemon which compiles lives on.
func (r *Result) compile(ctx context.Context, o Options, files []string) {
	defer func() {
		if p := recover(); p != nil {
			r.Spec = nil
			r.Report.Add(diag.Diagnostic{Code: CodeInternal, Message: fmt.Sprintf("internal error: %v", p), Help: "please report it with this text: " + string(debug.Stack())})
		}
	}()
	pp := syntax.NewPreprocessor(ctx, syntax.Config{
		Resolver: o.Resolver, Include: o.Include, Standard: Standard(), Preinclude: o.Preinclude, Define: o.Define, Dialect: o.Dialect, Private: o.Private, Limits: o.Limits, Report: r.Report,
	}, files...)
	r.source = pp.Source
	r.Tree = syntax.ParseTokens(pp)
	if o.Index {
		r.Spec, r.Index = check.CheckIndexed(ctx, r.Tree, r.Report)
		return
	}
	r.Spec = check.Check(ctx, r.Tree, r.Report)
}

// CodeInternal is the code of an error of the compiler itself.
const CodeInternal diag.Code = "IDL9001"

// Codes explains all codes of diagnostics.
func Codes() diag.Table {
	own := diag.Table{{
		Code: CodeInternal, Title: "internal error",
		Explanation: "The compiler itself failed. Please report it with the text that provoked it.",
		Scene:       "A Resolver that a program gives to idl.Compile panics.",
	}}
	return append(append(append(diag.Table{}, syntax.Codes()...), check.Codes()...), own...)
}

//go:embed standard/*.idl standard/cos/*.idl
var standard embed.FS

// Standard returns the files that the compiler carries: orb.idl and other parts of module
// CORBA (3.19), those of SOM, and those of the OMG's services, such as CosNaming.idl. The
// declarations of the last are those of the specifications as Debian's omniorb-idl has them, printed
// by this compiler, without comments.
func Standard() Resolver { return standardFiles{} }

// StandardNames lists the files of Standard.
func StandardNames() []string {
	names, _ := fs.Glob(standard, "standard/*.idl") // the patterns are good
	services, _ := fs.Glob(standard, "standard/cos/*.idl")
	names = append(names, services...)
	for i, n := range names {
		names[i] = path.Base(n)
	}
	return names
}

type standardFiles struct{}

// elsewhere are the names that other ORBs give to files that the compiler carries by another.
var elsewhere = map[string]string{
	"PortableServer.pidl": "poa.idl", "PortableServer.idl": "poa.idl", "POA.pidl": "poa.idl",
	"Messaging.pidl": "Messaging.idl", "messaging.idl": "Messaging.idl",
}

// parts are files that other ORBs have in place of orb.idl, TAO's with a part of it each: that
// is what they stand for.
var parts = map[string]bool{
	"AnySeq.pidl": true, "BooleanSeq.pidl": true, "CharSeq.pidl": true, "DoubleSeq.pidl": true, "FloatSeq.pidl": true,
	"LongDoubleSeq.pidl": true, "LongLongSeq.pidl": true, "LongSeq.pidl": true, "OctetSeq.pidl": true, "ShortSeq.pidl": true,
	"StringSeq.pidl": true, "ULongLongSeq.pidl": true, "ULongSeq.pidl": true, "UShortSeq.pidl": true, "WCharSeq.pidl": true,
	"WStringSeq.pidl": true, "Current.pidl": true, "Policy.pidl": true, "Policy_Forward.pidl": true, "Services.pidl": true, "corba.idl": true, "CORBA.idl": true,
}

// Open opens a file by its plain name.
func (standardFiles) Open(name string) ([]byte, error) {
	if parts[name] {
		name = "orb.idl"
	}
	if own, ok := elsewhere[name]; ok {
		name = own
	}
	text, err := standard.ReadFile(path.Join("standard", name))
	if errors.Is(err, fs.ErrNotExist) {
		return standard.ReadFile(path.Join("standard", "cos", name))
	}
	return text, err
}

// Disk is a Resolver over the files of the disk. It reads regular files only, and at most
// MaxSize octets of one (0: Limits' default), so that no #include makes the compiler wait for
// a pipe or read a device.
type Disk struct {
	MaxSize int64
}

var errNotRegular = errors.New("not a regular file")

// Open reads a file.
func (d Disk) Open(name string) ([]byte, error) {
	name = filepath.FromSlash(name)
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errNotRegular}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := d.MaxSize
	if size == 0 {
		size = int64(syntax.DefaultLimits.FileSize)
	}
	return io.ReadAll(io.LimitReader(f, size+1))
}
