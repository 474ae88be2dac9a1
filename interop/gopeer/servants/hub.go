// Package servants is the suite's server in Go: the Hub of interop.idl and all that it leads to, with the semantics that
// the comments of the IDL define.
package servants

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/interop/gen/graphs"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gen/parcels"
	"github.com/opendsom/dsom/interop/gen/ty"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/orb/stub"
)

// Key is the object key of the Hub, as corbaloc URLs name it.
const Key = "interop"

type hub struct {
	interop.HubBase
	root *poa.Root

	basics, moved, movedForGood interop.Basics
	wide                        interop.Wide
	built                       interop.Built
	anys                        interop.Anys
	params                      interop.Params
	mistakes                    interop.Errors
	traffic                     interop.Calls
	bottom                      interop.Shapes_Bottom
	shelf                       interop.Shapes_Shelf
	talker                      interop.Refs_Talker
	others                      map[string]*orb.Ref // what lookup finds
}

// Publish makes the Hub an object, with the key "interop", and its parts objects in the adapter, with their names as ids.
// It returns the Hub's reference.
func Publish(root *poa.Root, adapter orb.Adapter) (*orb.Ref, error) {
	h := &hub{root: root, others: map[string]*orb.Ref{}}
	fixed, errFixed := interop.DecimalsClass.ActivateWithID(adapter, "fixed", &decimals{})
	types, errTypes := ty.TClass.ActivateWithID(adapter, "types", &types{})
	KnowGraphs(root.ORB())
	leaves, errGraphs := graphs.GardenerClass.ActivateWithID(adapter, "graphs", &gardener{})
	KnowParcels(root.ORB())
	custom, errCustom := parcels.CarrierClass.ActivateWithID(adapter, "custom", &carrier{})
	h.others["fixed"], h.others["types"], h.others["graphs"], h.others["custom"] = fixed, types, leaves, custom
	err := errors.Join(errFixed, errTypes, errGraphs, errCustom,
		activate(&h.basics, interop.BasicsClass, adapter, "basics", &basics{}),
		activate(&h.wide, interop.WideClass, adapter, "wide", &wide{}),
		activate(&h.built, interop.BuiltClass, adapter, "built", &built{}),
		activate(&h.anys, interop.AnysClass, adapter, "anys", &anys{}),
		activate(&h.params, interop.ParamsClass, adapter, "params", &params{}),
		activate(&h.mistakes, interop.ErrorsClass, adapter, "mistakes", &mistakes{}),
		activate(&h.traffic, interop.CallsClass, adapter, "traffic", &traffic{sums: map[string]int32{}}),
		activate(&h.bottom, interop.Shapes_BottomClass, adapter, "bottom", newBottom()),
		activate(&h.shelf, interop.Shapes_ShelfClass, adapter, "shelf", newShelf()),
		activate(&h.talker, interop.Refs_TalkerClass, adapter, "talker", newTalker()),
		h.move(),
	)
	if err != nil {
		return nil, err
	}
	return root.ActivateKey(Key, interop.HubClass.Servant(h))
}

// activate makes impl an object, and part what stands for it.
func activate[T any](part *T, class *stub.Class[T], adapter orb.Adapter, id string, impl any) error {
	servant, ok := class.ServantOf(impl)
	if !ok {
		return fmt.Errorf("a %T is no %s", impl, class.ID())
	}
	ref, err := adapter.ActivateWithID(id, servant)
	if err == nil {
		*part = class.Unchecked(ref)
	}
	return err
}

// move makes references to two objects that have moved to where basics is.
func (h *hub) move() error {
	o := h.root.ORB()
	target, err := orb.ObjectOf(o, h.basics)
	if err != nil || target == nil {
		return err
	}
	f := forwarder{}
	for _, moved := range []struct {
		key       string
		permanent bool
		part      *interop.Basics
	}{{"moved", false, &h.moved}, {"moved for good", true, &h.movedForGood}} {
		f[moved.key] = orb.Target{Forward: orb.RefOf(target).IOR(), Permanent: moved.permanent}
		ref, err := o.Reference(interop.BasicsClass.Interface(), []byte(moved.key), false)
		if err != nil {
			return err
		}
		*moved.part = interop.BasicsClass.Unchecked(ref)
	}
	h.root.SetNext(f)
	return nil
}

// A forwarder answers for the objects that have moved, by their keys.
type forwarder map[string]orb.Target

// Find finds where the object is now.
func (f forwarder) Find(_ context.Context, q orb.Query) (orb.Target, error) {
	return f[string(q.Key)], nil
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
	if ref := h.others[name]; ref != nil {
		return ref, nil
	}
	return nil, nil
}

var _ orb.Handler = forwarder(nil)
