// Package tensor describes tensors without holding any: element types, symbolic
// dimensions and shapes. The checker, the compiler and the interpreter reason
// about shapes with it; it has no data and no dependencies.
package tensor
