package dynany

import (
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// A Union is a union (DynUnion). Its discriminator is component 0, and the active arm, if there is one,
// component 1. When the discriminator comes to choose another arm, that has the default value of its type.
type Union struct{ *Value }

// Union returns v as a union, or ErrTypeMismatch.
func (v *Value) Union() (Union, error) {
	if v.kind == typecode.TkUnion {
		return Union{v}, nil
	}
	return Union{}, mismatch("a %v is no union", v.tc)
}

// expandUnion makes the discriminator, and the active arm.
func (v *Value) expandUnion(parts []*Value) []*Value {
	tc := v.flat()
	if u, ok := v.plain.(dyn.Union); ok && !v.fresh {
		parts = append(parts, v.in.wrap(tc.Discriminator(), u.Label))
		if v.arm = tc.Arm(number(tc.Discriminator(), u.Label)); v.arm >= 0 {
			parts = append(parts, v.in.wrap(tc.MemberType(v.arm), u.Value))
		}
		return parts
	}
	label := int64(0)
	if v.arm = 0; tc.Len() == 0 {
		v.arm = -1
	} else if label = tc.MemberLabel(0); tc.DefaultIndex() == 0 {
		label, _ = tc.Unlabelled()
	}
	parts = append(parts, v.in.wrap(tc.Discriminator(), dyn.LabelValue(tc.Discriminator(), label)))
	if v.arm >= 0 {
		parts = append(parts, v.in.fresh(tc.MemberType(v.arm)))
	}
	return parts
}

// followLabel makes the arm that the discriminator chooses now, if that is another than before.
func (v *Value) followLabel() error {
	tc := v.flat()
	label, err := v.parts[0].collect(collected())
	if err != nil {
		return err
	}
	arm := tc.Arm(number(tc.Discriminator(), label))
	if arm == v.arm || arm >= 0 && v.arm >= 0 && sameArm(tc, arm, v.arm) {
		v.arm = arm
		return nil
	}
	v.parts, v.arm = v.parts[:1], arm
	if arm < 0 {
		return nil
	}
	if err := v.in.spend(1); err != nil {
		return err
	}
	v.parts = append(v.parts, v.in.fresh(tc.MemberType(arm)))
	return nil
}

// sameArm reports whether two labels choose one arm: a case with several labels is several arms, which follow one another.
func sameArm(tc *typecode.TypeCode, a, b int) bool {
	for i := min(a, b); i < max(a, b); i++ {
		if tc.MemberName(i) == "" || tc.MemberName(i) != tc.MemberName(i+1) {
			return false
		}
	}
	return true
}

// Discriminator returns the discriminator. Changes of it are changes of the union.
func (u Union) Discriminator() (*Value, error) { return u.At(0) }

// DiscriminatorKind returns the kind of the discriminator.
func (u Union) DiscriminatorKind() typecode.Kind { return u.flat().Discriminator().Unalias().Kind() }

// SetDiscriminator copies d: ErrTypeMismatch if it has another type. The arm, if there is one, becomes current.
func (u Union) SetDiscriminator(d *Value) error {
	disc, err := u.Discriminator()
	if err != nil {
		return err
	}
	if err := disc.Assign(d); err != nil {
		return err
	}
	if !u.Seek(1) {
		u.Seek(0)
	}
	return nil
}

// SetToDefault chooses the default arm: ErrTypeMismatch if there is none. The discriminator becomes current.
func (u Union) SetToDefault() error {
	if u.flat().DefaultIndex() < 0 {
		return mismatch("%s has no default arm", u.flat().Name())
	}
	return u.setUnused()
}

// SetToNone chooses no arm (set_to_no_active_member): ErrTypeMismatch if there is a default arm, or
// one for each value of the discriminator. The discriminator becomes current.
func (u Union) SetToNone() error {
	if u.flat().DefaultIndex() >= 0 {
		return mismatch("%s has a default arm", u.flat().Name())
	}
	return u.setUnused()
}

// setUnused sets the discriminator to a value that no arm is labelled with.
func (u Union) setUnused() error {
	tc := u.flat()
	label, ok := tc.Unlabelled()
	if !ok {
		return mismatch("each value of the discriminator of %s chooses an arm", tc.Name())
	}
	disc, err := u.Discriminator()
	if err != nil {
		return err
	}
	disc.put(dyn.LabelValue(tc.Discriminator(), label))
	u.Seek(0)
	return nil
}

// IsNone reports whether no arm is active (has_no_active_member).
func (u Union) IsNone() (bool, error) {
	n, err := u.Len()
	return n < 2, err
}

// Member returns the active arm, or ErrInvalidValue. Changes of it are changes of the union.
func (u Union) Member() (*Value, error) { return u.At(1) }

// MemberName returns the name of the active arm, or ErrInvalidValue.
func (u Union) MemberName() (string, error) {
	if _, err := u.Member(); err != nil {
		return "", err
	}
	return u.flat().MemberName(u.arm), nil
}

// MemberKind returns the kind of the active arm, or ErrInvalidValue.
func (u Union) MemberKind() (typecode.Kind, error) {
	m, err := u.Member()
	if err != nil {
		return typecode.TkNull, err
	}
	return m.kind, nil
}

// number returns a discriminator's value as TypeCodes have labels.
func number(disc *typecode.TypeCode, plain any) int64 {
	switch x := plain.(type) {
	case bool:
		if x {
			return 1
		}
	case byte:
		return int64(x)
	case int16:
		return int64(x)
	case uint16:
		return int64(x)
	case int32:
		return int64(x)
	case uint32:
		return int64(x)
	case int64:
		return x
	case uint64:
		return int64(x)
	case string:
		return int64(disc.Unalias().MemberIndex(x))
	}
	return 0
}
