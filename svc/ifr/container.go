package ifr

import (
	"context"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/typecode"
)

// container is what definitions have in which others are (clause 14.5.4).
type container struct{ o object }

func (c container) Lookup(_ context.Context, name ifr.ScopedName) (ifr.Contained, error) {
	d, disputed := c.o.x.lookup(c.o.d, name)
	if d == nil {
		return nil, disputed.raise()
	}
	return c.o.contained(d)
}

func (c container) Contents(_ context.Context, limit ifr.DefinitionKind, excludeInherited bool) (ifr.ContainedSeq, error) {
	return all(c.o.view, limited(c.o.x.members(c.o.d, excludeInherited), limit), ifr.ContainedClass)
}

// limited returns the definitions of a kind. dk_Typedef stands for all kinds of type that have a name of their own.
func limited(list []model.Decl, limit ifr.DefinitionKind) []model.Decl {
	var out []model.Decl
	for _, d := range list {
		if fits(kindOf(d), limit) {
			out = append(out, d)
		}
	}
	return out
}

func fits(kind, limit ifr.DefinitionKind) bool {
	switch limit {
	case ifr.DefinitionKind_DkAll, kind:
		return true
	case ifr.DefinitionKind_Dk_Typedef:
		switch kind {
		case ifr.DefinitionKind_Dk_Alias, ifr.DefinitionKind_Dk_Struct, ifr.DefinitionKind_Dk_Union, ifr.DefinitionKind_Dk_Enum, ifr.DefinitionKind_Dk_Native, ifr.DefinitionKind_Dk_ValueBox:
			return true
		}
	}
	return false
}

func (c container) LookupName(_ context.Context, name ifr.Identifier, levels int32, limit ifr.DefinitionKind, excludeInherited bool) (ifr.ContainedSeq, error) {
	var found []model.Decl
	seen := map[model.Decl]bool{}
	var search func(in model.Decl, levels int32)
	search = func(in model.Decl, levels int32) {
		for _, d := range c.o.x.members(in, excludeInherited) {
			if !seen[d] && d.About().Name == name && fits(kindOf(d), limit) {
				seen[d] = true
				found = append(found, d)
			}
		}
		if levels == 1 || levels == 0 {
			return
		}
		for _, d := range c.o.x.children(in) {
			if _, inner := d.(model.Container); inner {
				search(d, levels-1)
			}
		}
	}
	search(c.o.d, levels)
	return all(c.o.view, found, ifr.ContainedClass)
}

func (c container) DescribeContents(_ context.Context, limit ifr.DefinitionKind, excludeInherited bool, most int32) (ifr.Container_DescriptionSeq, error) {
	list := limited(c.o.x.members(c.o.d, excludeInherited), limit)
	if most >= 0 && int(most) < len(list) {
		list = list[:most]
	}
	out := make(ifr.Container_DescriptionSeq, len(list))
	for i, d := range list {
		a, err := c.o.describe(d)
		if err != nil {
			return nil, err
		}
		out[i] = ifr.Container_Description{Kind: kindOf(d), Value: a}
		if out[i].ContainedObject, err = c.o.contained(d); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type moduleDef struct {
	contained
	container
	moduleRest
}

// A repository is the servant of the whole (clause 14.5.6).
type repository struct {
	repositoryRest
	s *service
}

var _ ifr.Repository = (*repository)(nil)

// at returns the whole as a container, as it is now.
func (r *repository) at(ctx context.Context) (container, error) {
	x, err := r.s.snapshot(ctx)
	return container{object{view: view{r.s, x}}}, err
}

func (r *repository) DefKind(context.Context) (ifr.DefinitionKind, error) {
	return ifr.DefinitionKind_Dk_Repository, nil
}

func (r *repository) Lookup(ctx context.Context, name ifr.ScopedName) (ifr.Contained, error) {
	c, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	return c.Lookup(ctx, name)
}

func (r *repository) Contents(ctx context.Context, limit ifr.DefinitionKind, excludeInherited bool) (ifr.ContainedSeq, error) {
	c, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	return c.Contents(ctx, limit, excludeInherited)
}

func (r *repository) LookupName(ctx context.Context, name ifr.Identifier, levels int32, limit ifr.DefinitionKind, excludeInherited bool) (ifr.ContainedSeq, error) {
	c, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	return c.LookupName(ctx, name, levels, limit, excludeInherited)
}

func (r *repository) DescribeContents(ctx context.Context, limit ifr.DefinitionKind, excludeInherited bool, most int32) (ifr.Container_DescriptionSeq, error) {
	c, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	return c.DescribeContents(ctx, limit, excludeInherited, most)
}

func (r *repository) LookupId(ctx context.Context, id ifr.RepositoryId) (ifr.Contained, error) {
	c, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	d := c.o.x.byID[id]
	if d == nil {
		return nil, c.o.x.ids[id].raise()
	}
	return c.o.contained(d)
}

// GetCanonicalTypecode returns the TypeCode that the repository has for the type of an id, with all
// names in it, and one without an id as it is.
func (r *repository) GetCanonicalTypecode(ctx context.Context, tc *typecode.TypeCode) (*typecode.TypeCode, error) {
	c, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	if d := c.o.x.byID[tc.ID()]; tc.ID() != "" && d != nil {
		if known, err := model.Described(d); err == nil && known.Kind() == tc.Kind() {
			return known, nil
		}
	}
	return tc, nil
}

// typeObject returns the object of a type that is spelt, as one of the class.
func typeObject[T any](ctx context.Context, r *repository, t *model.Type, class interface{ Unchecked(orb.Object) T }) (T, error) {
	var none T
	c, err := r.at(ctx)
	if err != nil {
		return none, err
	}
	if c.o.x.parseType(spell(t)) == nil {
		return none, badType()
	}
	ref, err := c.o.typeRef(t)
	if err != nil {
		return none, err
	}
	return class.Unchecked(ref), nil
}

func (r *repository) GetPrimitive(ctx context.Context, kind ifr.PrimitiveKind) (ifr.PrimitiveDef, error) {
	k, known := kinds[kind]
	if !known { // pk_null and pk_Principal, of which IDL has no type
		return nil, badType()
	}
	return typeObject(ctx, r, &model.Type{Kind: k}, ifr.PrimitiveDefClass)
}

func (r *repository) CreateString(ctx context.Context, bound uint32) (ifr.StringDef, error) {
	if bound == 0 {
		return nil, badType()
	}
	return typeObject(ctx, r, &model.Type{Kind: model.String, Bound: uint64(bound)}, ifr.StringDefClass)
}

func (r *repository) CreateWstring(ctx context.Context, bound uint32) (ifr.WstringDef, error) {
	if bound == 0 {
		return nil, badType()
	}
	return typeObject(ctx, r, &model.Type{Kind: model.WString, Bound: uint64(bound)}, ifr.WstringDefClass)
}

func (r *repository) CreateSequence(ctx context.Context, bound uint32, elem ifr.IDLType) (ifr.SequenceDef, error) {
	t, err := r.elementOf(ctx, elem)
	if err != nil {
		return nil, err
	}
	return typeObject(ctx, r, &model.Type{Kind: model.Sequence, Bound: uint64(bound), Elem: t}, ifr.SequenceDefClass)
}

func (r *repository) CreateArray(ctx context.Context, length uint32, elem ifr.IDLType) (ifr.ArrayDef, error) {
	t, err := r.elementOf(ctx, elem)
	if err != nil {
		return nil, err
	}
	return typeObject(ctx, r, &model.Type{Kind: model.Array, Dims: []uint64{uint64(length)}, Elem: t}, ifr.ArrayDefClass)
}

func (r *repository) CreateFixed(ctx context.Context, digits uint16, scale int16) (ifr.FixedDef, error) {
	return typeObject(ctx, r, &model.Type{Kind: model.Fixed, Digits: int(digits), Scale: int(scale)}, ifr.FixedDefClass)
}
