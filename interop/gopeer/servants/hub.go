// Package servants is the suite's server in Go: the Hub of interop.idl and all that it leads to, with the semantics that
// the comments of the IDL define.
package servants

import (
	"context"

	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gen/ty"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// Key is the object key of the Hub, as corbaloc URLs name it.
const Key = "interop"

type hub struct {
	interop.HubBase
	root *poa.Root

	basics   *basics
	wide     *wide
	built    *built
	anys     *anys
	params   *params
	mistakes *mistakes
	traffic  *traffic
	bottom   *bottom
	shelf    *shelf
	talker   *talker
	decimals *decimals
	types    *types

	moved, movedForGood interop.Basics
}

// Publish makes the Hub an object, with the key "interop", and returns its reference.
func Publish(root *poa.Root) (*orb.Ref, error) {
	h := &hub{
		root: root, basics: &basics{}, wide: &wide{}, built: &built{}, anys: &anys{}, params: &params{}, mistakes: &mistakes{},
		traffic: &traffic{sums: map[string]int32{}}, bottom: newBottom(), shelf: newShelf(), talker: newTalker(), decimals: &decimals{},
		types: &types{},
	}
	target, err := orb.ObjectOf(root.ORB(), h.basics)
	if err != nil {
		return nil, err
	}
	f := forwarder{}
	for key, perm := range map[string]bool{"moved": false, "moved for good": true} {
		f[key] = orb.Target{Forward: orb.RefOf(target).IOR(), Permanent: perm}
		ref, err := root.ORB().Reference(interop.BasicsClass.Interface(), []byte(key), false)
		if err != nil {
			return nil, err
		}
		if perm {
			h.movedForGood = interop.BasicsClass.Unchecked(ref)
		} else {
			h.moved = interop.BasicsClass.Unchecked(ref)
		}
	}
	root.SetNext(f)
	return root.ActivateKey(Key, interop.HubClass.Servant(h))
}

// A forwarder answers for the objects that have moved, by their keys.
type forwarder map[string]orb.Target

// Find finds where the object is now.
func (f forwarder) Find(_ context.Context, key []byte) (orb.Target, error) {
	return f[string(key)], nil
}

func (h *hub) Orb(context.Context) (string, error)                        { return "dsom (Go)", nil }
func (h *hub) BasicValues(context.Context) (interop.Basics, error)        { return h.basics, nil }
func (h *hub) WideValues(context.Context) (interop.Wide, error)           { return h.wide, nil }
func (h *hub) BuiltValues(context.Context) (interop.Built, error)         { return h.built, nil }
func (h *hub) AnyValues(context.Context) (interop.Anys, error)            { return h.anys, nil }
func (h *hub) Parameters(context.Context) (interop.Params, error)         { return h.params, nil }
func (h *hub) Mistakes(context.Context) (interop.Errors, error)           { return h.mistakes, nil }
func (h *hub) Traffic(context.Context) (interop.Calls, error)             { return h.traffic, nil }
func (h *hub) BottomShape(context.Context) (interop.Shapes_Bottom, error) { return h.bottom, nil }
func (h *hub) ShapeShelf(context.Context) (interop.Shapes_Shelf, error)   { return h.shelf, nil }
func (h *hub) Talker(context.Context) (interop.Refs_Talker, error)        { return h.talker, nil }
func (h *hub) Moved(context.Context) (interop.Basics, error)              { return h.moved, nil }
func (h *hub) MovedForGood(context.Context) (interop.Basics, error)       { return h.movedForGood, nil }
func (h *hub) NewCell(_ context.Context, initial int32) (interop.Cell, error) {
	return newCell(h.root.POA, initial), nil
}

func (h *hub) Lookup(_ context.Context, name string) (orb.Object, error) {
	switch name {
	case "fixed":
		return orb.ObjectOf(h.root.ORB(), h.decimals)
	case "types":
		return orb.ObjectOf(h.root.ORB(), h.types)
	}
	return nil, nil
}

var (
	_ ty.T        = (*types)(nil)
	_ orb.Handler = forwarder(nil)
)
