package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/davit-io/davit/internal/field"
)

// This file is the only one with reflection. A field is an option when it has the tag
//
//	opt:"name[,argument][,required][,file][,account][,zone]"
//
// and says more with the tags help, default, unit, min, max, why, values (a,b), example and change. Types are bool,
// int, string, field.Secret, []string, map[string]string, a slice of structs (Blocks), and a struct, whose options
// are listed with its name before theirs.

// slot is an option together with the place of its value in one document.
type slot struct {
	Option
	at any // *bool, *int, *string, *field.Secret, *[]string, *map[string]string or blocks
}

// blocks is the place of a list of blocks.
type blocks struct{ list reflect.Value }

func (b blocks) len() int         { return b.list.Len() }
func (b blocks) clear()           { b.list.SetZero() }
func (b blocks) get(i int) []slot { return walk(b.list.Index(i).Addr().Interface()) }

// add appends a block with its defaults.
func (b blocks) add() []slot {
	b.list.Set(reflect.Append(b.list, reflect.Zero(b.list.Type().Elem())))
	added := b.get(b.len() - 1)
	setDefaults(added)
	return added
}

// walk lists the options of a block with the places of their values. The block is a pointer to a struct.
func walk(block any) []slot {
	fields := fieldsOf(block)
	v := reflect.ValueOf(block).Elem()
	slots := make([]slot, len(fields))
	for i, o := range fields {
		slots[i] = slot{o, place(o, v.FieldByIndex(o.index))}
	}
	return slots
}

func place(o Option, v reflect.Value) any {
	if o.Type == Blocks {
		return blocks{v}
	}
	return v.Addr().Interface()
}

// known holds the options of each type of block, since a walk over types need not be made twice.
var known sync.Map

func fieldsOf(block any) []Option {
	t := reflect.TypeOf(block).Elem()
	if o, ok := known.Load(t); ok {
		return o.([]Option)
	}
	o := scan(t, "", nil)
	for i := range o {
		if o[i].Flag != argument {
			o[i].surfaces()
		} else {
			o[i].Flag = ""
		}
	}
	known.Store(t, o)
	return o
}

const argument = "argument"

func scan(t reflect.Type, prefix string, index []int) []Option {
	var all []Option
	for i := range t.NumField() {
		f := t.Field(i)
		name, flags, _ := strings.Cut(f.Tag.Get("opt"), ",")
		if name == "" {
			continue
		}
		at := slices.Concat(index, []int{i})
		if f.Type.Kind() == reflect.Struct {
			all = append(all, scan(f.Type, prefix+name+".", at)...)
			continue
		}
		o := described(f)
		o.Path, o.index = prefix+name, at
		o.mark(flags)
		all = append(all, o)
	}
	return all
}

// described reads a field's type and tags.
func described(f reflect.StructField) Option {
	o := Option{
		Type: typeOf(f.Type), Help: f.Tag.Get("help"), Default: f.Tag.Get("default"), Unit: f.Tag.Get("unit"),
		Example: f.Tag.Get("example"), Change: f.Tag.Get("change"), Why: f.Tag.Get("why"),
		Min: number(f, "min"), Max: number(f, "max"),
	}
	if v := f.Tag.Get("values"); v != "" {
		o.Values = strings.Split(v, ",")
	}
	if o.Type == Blocks {
		o.Fields = scan(f.Type.Elem(), "", nil)
	}
	return o
}

func (o *Option) mark(flags string) {
	for flag := range strings.SplitSeq(flags, ",") {
		switch flag {
		case argument:
			o.Flag = argument
		case "required":
			o.Required = true
		case "file":
			o.File = true
		case "account":
			o.Account = true
		case "zone":
			o.Zone = true
		}
	}
}

func number(f reflect.StructField, tag string) int {
	n, err := strconv.Atoi(f.Tag.Get(tag))
	if err != nil && f.Tag.Get(tag) != "" {
		panic(fmt.Sprintf("option %s: tag %s: %v", f.Name, tag, err))
	}
	return n
}

// typeOf panics on a type that no option may have: a mistake of the struct's author, found by the first test.
func typeOf(t reflect.Type) Type {
	switch reflect.Zero(t).Interface().(type) {
	case bool:
		return Bool
	case int:
		return Int
	case string:
		return Text
	case field.Secret:
		return Secret
	case []string:
		return List
	case map[string]string:
		return Map
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
		return Blocks
	}
	panic(fmt.Sprintf("an option can't have the type %s", t))
}

// sameType says whether two blocks are of one type.
func sameType(a, b any) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) }

// isBlock says whether v is a pointer to a struct that is there.
func isBlock(v any) bool {
	p := reflect.ValueOf(v)
	return p.Kind() == reflect.Pointer && !p.IsNil() && p.Elem().Kind() == reflect.Struct
}

// newLike makes an empty block of the type of block.
func newLike(block any) any { return reflect.New(reflect.TypeOf(block).Elem()).Interface() }
