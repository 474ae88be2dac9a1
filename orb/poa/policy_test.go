package poa_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// combinations returns all the values that the seven policies can have together.
func combinations() (all []poa.Options) {
	for threads := range poa.MainThreadModel + 1 {
		for lifespan := range poa.Persistent + 1 {
			for unique := range poa.MultipleID + 1 {
				for assignment := range poa.UserID + 1 {
					for implicit := range poa.WithImplicitActivation + 1 {
						for retention := range poa.NonRetain + 1 {
							for processing := range poa.UseServantManager + 1 {
								all = append(all, poa.Options{
									Threads: threads, Lifespan: lifespan, IDUniqueness: unique, IDAssignment: assignment,
									ImplicitActivation: implicit, ServantRetention: retention, RequestProcessing: processing,
								})
							}
						}
					}
				}
			}
		}
	}
	return all
}

// culprits returns the policies of which the specification says that they cannot be with the others.
func culprits(o poa.Options) map[string]bool {
	bad := map[string]bool{}
	if o.ServantRetention == poa.NonRetain && o.RequestProcessing == poa.UseActiveObjectMapOnly {
		bad["ServantRetentionPolicy"] = true
	}
	if o.RequestProcessing == poa.UseDefaultServant && o.IDUniqueness != poa.MultipleID {
		bad["RequestProcessingPolicy"] = true
	}
	if o.ImplicitActivation == poa.WithImplicitActivation && (o.IDAssignment != poa.SystemID || o.ServantRetention != poa.Retain) {
		bad["ImplicitActivationPolicy"] = true
	}
	return bad
}

// TestPolicies makes an adapter of every combination of policies, or must not be able to, and asks
// of those that there are everything that needs some policy.
func TestPolicies(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	go root.Main(context.Background()) // until the ORB is shut down
	legal := 0
	for i, opt := range combinations() {
		p, err := root.Create(fmt.Sprint("combination ", i), opt)
		bad := culprits(opt)
		if len(bad) > 0 {
			var invalid *poa.InvalidPolicy
			if !errors.As(err, &invalid) || !bad[invalid.Policy] {
				t.Errorf("%v: got %v, want an InvalidPolicy of %v", &opt, err, bad)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", &opt, err)
			continue
		}
		legal++
		if p.Policies() != opt {
			t.Errorf("%v: the adapter has %v", &opt, p.Policies())
		}
		operations(t, p, opt)
		absent(t, p, opt)
	}
	if want := 3 * 2 * 21; legal != want { // threads, lifespans, and 15 with RETAIN and 6 with NON_RETAIN of the rest
		t.Errorf("%d combinations are legal, want %d", legal, want)
	}
	for _, opt := range []poa.Options{{Threads: 3}, {Lifespan: 2}, {IDUniqueness: 2}, {IDAssignment: 2}, {ImplicitActivation: 2}, {ServantRetention: 2}, {RequestProcessing: 3}} {
		if _, err := root.Create("no such value", opt); !errors.As(err, new(*poa.InvalidPolicy)) {
			t.Errorf("%v: got %v", &opt, err)
		}
	}
}

// operations asks p for what needs policies.
func operations(t *testing.T, p *poa.POA, opt poa.Options) {
	retain, system, unique := opt.ServantRetention == poa.Retain, opt.IDAssignment == poa.SystemID, opt.IDUniqueness == poa.UniqueID
	implicit, byDefault := opt.ImplicitActivation == poa.WithImplicitActivation, opt.RequestProcessing == poa.UseDefaultServant
	manager := opt.RequestProcessing == poa.UseServantManager
	w := &worker{name: "w"}
	for _, c := range []struct {
		operation string
		allowed   bool
		do        func() error
	}{
		{"activate_object", retain && system, func() error { _, err := p.Activate(&worker{}); return err }},
		{"activate_object_with_id", retain, func() error {
			id := "mine"
			if system {
				id = idFrom(t, p)
			}
			_, err := p.ActivateWithID(id, &worker{})
			return err
		}},
		{"deactivate_object", retain, func() error { return p.Deactivate("nobody") }},
		{"create_reference", system, func() error { _, err := p.NewReference(workerInterface); return err }},
		{"id_to_servant", retain || byDefault, func() error { _, err := p.IDToServant("nobody"); return err }},
		{"id_to_reference", retain, func() error { _, err := p.IDToReference("nobody"); return err }},
		{"servant_to_id", byDefault || retain && (unique || implicit), func() error { _, err := p.ServantToID(t.Context(), w); return err }},
		{"servant_to_reference", retain && (unique || implicit), func() error { _, err := p.ServantToReference(t.Context(), w); return err }},
		{"implicit activation", implicit, func() error { _, err := p.ActivateOnce(&worker{}); return err }},
		{"get_servant", byDefault, func() error { _, err := p.Servant(); return err }},
		{"set_servant", byDefault, func() error { return p.SetServant(nil) }},
		{"set_servant_manager", manager && retain, func() error { return p.SetServantActivator(nil) }},
		{"set_servant_manager", manager && !retain, func() error { return p.SetServantLocator(nil) }},
		{"get_servant_manager", manager && retain, func() error { _, err := p.ServantActivator(); return err }},
		{"get_servant_manager", manager && !retain, func() error { _, err := p.ServantLocator(); return err }},
	} {
		if err := c.do(); errors.Is(err, poa.ErrWrongPolicy) == c.allowed {
			t.Errorf("%s under %v: %v", c.operation, &opt, err)
		} else if !c.allowed && !errors.Is(err, exc.ObjAdapter) {
			t.Errorf("%s under %v: %v is not what a client can be told", c.operation, &opt, err)
		}
	}
}

// idFrom returns an id that p has chosen.
func idFrom(t *testing.T, p *poa.POA) string {
	return must[string](t)(p.ReferenceToID(must[*orb.Ref](t)(p.NewReference(workerInterface))))
}

// absent asks for an object that is not there, in an adapter without servant managers.
func absent(t *testing.T, p *poa.POA, opt poa.Options) {
	id := "nobody"
	if opt.IDAssignment == poa.SystemID {
		id = idFrom(t, p)
	}
	ref := must[*orb.Ref](t)(p.Reference(id, workerInterface))
	want, minor := exc.ObjAdapter, exc.MinorNoServantManager
	switch opt.RequestProcessing {
	case poa.UseActiveObjectMapOnly:
		want, minor = exc.ObjectNotExist, exc.MinorObjectUnknown
	case poa.UseDefaultServant:
		minor = exc.MinorNoDefaultServant
	}
	if _, err := work(t.Context(), ref); !is(err, want, minor) {
		t.Errorf("a request for no object under %v: got %v, want %v with minor %x", &opt, err, want, minor)
	}
}

// TestBidirectional: requests find objects of an adapter over connections of this ORB's own where its policy is BOTH.
func TestBidirectional(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	for _, policy := range []poa.Bidirectional{poa.Normal, poa.Both} {
		for name, opt := range map[string]poa.Options{
			"map":             {Bidirectional: policy},
			"default servant": {Bidirectional: policy, IDUniqueness: poa.MultipleID, RequestProcessing: poa.UseDefaultServant, DefaultServant: &worker{}},
		} {
			p := mustAdapter(t, root.POA, fmt.Sprint(name, policy), opt)
			ref := must[*orb.Ref](t)(p.NewReference(workerInterface))
			if opt.RequestProcessing == poa.UseActiveObjectMapOnly {
				ref = must[*orb.Ref](t)(p.Activate(&worker{}))
			}
			target, err := root.Find(t.Context(), orb.Query{Key: []byte(ref.ObjectKey()), Operation: "work"})
			if err != nil {
				t.Fatal(err)
			}
			if target.Bidirectional != (policy == poa.Both) || p.Policies().Bidirectional != policy {
				t.Errorf("%s, %v: %v", name, policy, target.Bidirectional)
			}
			if err := target.Scope.Release(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestManagersNeedPolicies: what is given with the policies must fit them.
func TestManagersNeedPolicies(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	locator := poa.LocatorFunc(func(context.Context, string) (orb.Servant, error) { return nil, nil })
	for name, opt := range map[string]poa.Options{
		"default servant": {DefaultServant: &worker{}},
		"activator":       {ServantActivator: new(keeper), ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager},
		"locator":         {ServantLocator: locator, RequestProcessing: poa.UseServantManager},
	} {
		if _, err := root.Create(name, opt); !errors.As(err, new(*poa.InvalidPolicy)) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	p := mustAdapter(t, root.POA, "late", poa.Options{ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager})
	if err := p.SetServantLocator(nil); !is(err, exc.ObjAdapter, exc.MinorNoServantManager) {
		t.Errorf("a nil servant manager: %v", err)
	}
	if l, err := p.ServantLocator(); l != nil || err != nil {
		t.Errorf("get_servant_manager before set: %v, %v", l, err)
	}
	own := new(clerk)
	if err := p.SetServantLocator(own); err != nil {
		t.Error(err)
	}
	if l, err := p.ServantLocator(); l != poa.ServantLocator(own) || err != nil {
		t.Errorf("get_servant_manager: %v, %v", l, err)
	}
	k := new(keeper)
	if a, err := mustAdapter(t, root.POA, "activator", withActivator(k)).ServantActivator(); a != poa.ServantActivator(k) || err != nil {
		t.Errorf("get_servant_manager: %v, %v", a, err)
	}
	if err := p.SetServantLocator(locator); !is(err, exc.BadInvOrder, exc.MinorManagerSet) {
		t.Errorf("a second servant manager: %v", err)
	}
}
