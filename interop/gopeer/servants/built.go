package servants

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
)

// deepest bounds grow: a tree of that depth has 2^(n+1) nodes.
const deepest = 16

type built struct {
	interop.BuiltBase
	_ byte
}

func (*built) MirrorColor(_ context.Context, v interop.Color) (interop.Color, error) {
	return sent(v, mirror.Color)
}
func (*built) MirrorEntry(_ context.Context, v interop.Entry) (interop.Entry, error) {
	return sent(v, mirror.Entry)
}
func (*built) MirrorEntries(_ context.Context, v interop.Entries) (interop.Entries, error) {
	return sent(v, mirror.Entries)
}
func (*built) MirrorLongs(_ context.Context, v interop.Longs) (interop.Longs, error) {
	return sent(v, mirror.Longs)
}
func (*built) MirrorNumbers(_ context.Context, v interop.Numbers) (interop.Numbers, error) {
	return sent(v, mirror.Longs)
}
func (*built) MirrorBooleans(_ context.Context, v interop.Booleans) (interop.Booleans, error) {
	return sent(v, mirror.Booleans)
}
func (*built) MirrorDoubles(_ context.Context, v interop.Doubles) (interop.Doubles, error) {
	return sent(v, mirror.Doubles)
}
func (*built) MirrorBulk(_ context.Context, v interop.Bulk) (interop.Bulk, error) {
	return sent(v, mirror.Bulk)
}
func (*built) MirrorStrings(_ context.Context, v interop.Strings) (interop.Strings, error) {
	return sent(v, mirror.Strings)
}
func (*built) MirrorTags(_ context.Context, v interop.Tags) (interop.Tags, error) {
	return sent(v, mirror.Tags)
}
func (*built) MirrorTable(_ context.Context, v interop.Table) (interop.Table, error) {
	return sent(v, mirror.Table)
}
func (*built) MirrorOctets(_ context.Context, v interop.Octets) (interop.Octets, error) {
	return sent(v, mirror.Octets)
}
func (*built) MirrorMatrix(_ context.Context, v interop.Matrix) (interop.Matrix, error) {
	return sent(v, mirror.Matrix)
}
func (*built) MirrorMatrices(_ context.Context, v interop.Matrices) (interop.Matrices, error) {
	return sent(v, mirror.Matrices)
}
func (*built) MirrorPair(_ context.Context, v interop.Pair) (interop.Pair, error) {
	return sent(v, mirror.Pair)
}
func (*built) MirrorKey(_ context.Context, v interop.Key) (interop.Key, error) {
	return sent(v, mirror.Key)
}
func (*built) MirrorNode(_ context.Context, v interop.Node) (interop.Node, error) {
	return sent(v, mirror.Node)
}
func (*built) MirrorTree(_ context.Context, v interop.Tree) (interop.Tree, error) {
	return sent(v, mirror.Tree)
}
func (*built) Grow(_ context.Context, depth int32) (interop.Tree, error) {
	if depth < 0 || depth > deepest {
		return interop.Tree{}, exc.New(exc.NoMemory, 0, exc.No, "a tree of depth %d", depth)
	}
	return grow(depth), nil
}
func (*built) MirrorVersioned(_ context.Context, v interop.Versioned) (interop.Versioned, error) {
	return sent(v, mirror.Versioned)
}
func (*built) MirrorRenamed(_ context.Context, v interop.Renamed) (interop.Renamed, error) {
	return sent(v, mirror.Renamed)
}
func (*built) MirrorBycolor(_ context.Context, v interop.ByColor) (interop.ByColor, error) {
	return sent(v, mirror.ByColor)
}
func (*built) MirrorByboolean(_ context.Context, v interop.ByBoolean) (interop.ByBoolean, error) {
	return sent(v, mirror.ByBoolean)
}
func (*built) MirrorMaybe(_ context.Context, v interop.Maybe) (interop.Maybe, error) {
	return sent(v, mirror.Maybe)
}
func (*built) MirrorBylong(_ context.Context, v interop.ByLong) (interop.ByLong, error) {
	return sent(v, mirror.ByLong)
}
func (*built) MirrorBychar(_ context.Context, v interop.ByChar) (interop.ByChar, error) {
	return sent(v, mirror.ByChar)
}
func (*built) MirrorByshort(_ context.Context, v interop.ByShort) (interop.ByShort, error) {
	return sent(v, mirror.ByShort)
}
func (*built) MirrorBylonglong(_ context.Context, v interop.ByLongLong) (interop.ByLongLong, error) {
	return sent(v, mirror.ByLongLong)
}
func (*built) MirrorInline(_ context.Context, v interop.Inline) (interop.Inline, error) {
	return sent(v, mirror.Inline)
}
func (*built) MirrorExpr(_ context.Context, v interop.Expr) (interop.Expr, error) {
	return sent(v, mirror.Expr)
}

func grow(depth int32) interop.Tree {
	t := interop.Tree{Weight: depth}
	if depth > 0 {
		t.Branches = []interop.Tree{grow(depth - 1), grow(depth - 1)}
	}
	return t
}
