package som

import (
	"context"
	"unsafe"
)

// MaxWords is how many arguments a method has at most that crosses between kernels without being packed.
const MaxWords = 4

// A Word is an argument or a result that crosses between kernels: a number as a [Crossing] has it, or a text.
type Word struct {
	N    uint64
	Text string
}

// Words are the arguments of a call, in order. What is behind the last is zero.
type Words = [MaxWords]Word

// A TextCrossing is a [Crossing] of a method that takes or returns texts, beside numbers without a fraction.
type TextCrossing func(self Self, ctx context.Context, args Words) (Word, error)

// A textsFunc is the texts of PacksTexts for any F.
type textsFunc = func(fn unsafe.Pointer, self Self, ctx context.Context, args Words) (Word, error)

// PacksTexts is [PacksWords] for a method that takes or returns texts beside numbers.
func PacksTexts[F any](
	apply func(fn F, self Self, ctx context.Context, args []any) ([]any, error), dispatch func(Packed) F,
	texts func(fn F, self Self, ctx context.Context, args Words) (Word, error), cross func(TextCrossing) F,
) Packing {
	p := Packs(apply, dispatch)
	p.texts = *(*textsFunc)(unsafe.Pointer(&texts)) // as words of PacksWords
	p.crossTexts = func(x TextCrossing) any { return cross(x) }
	return p
}

// HasTexts reports whether the Packing was made by PacksTexts.
func (p Packing) HasTexts() bool { return p.texts != nil }

// CrossTexts makes an implementation of a TextCrossing. The Packing must have texts.
func (p Packing) CrossTexts(x TextCrossing) any { return p.crossTexts(x) }
