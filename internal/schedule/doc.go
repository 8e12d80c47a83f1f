// Package schedule is the one scheduler of nngen: it decides which mediator is
// served when, and which version of a tensor it sees. The interpreter runs it
// over live tensors while the model runs; the compiler runs it over symbolic
// values when code is generated. So both give the same order and the same values.
//
// A mediator is anything that can be resumed with an answer and then asks for
// the next thing: a value at a moment, a swap there, a barrier, a stop. Moments
// are the places of the run in the order of modelspec's timeline.
//
// Order. At a moment the mediators that wait there are served in definition
// order, each until it waits elsewhere, again and again until nobody waits there
// any more: a mediator that a barrier releases in the middle is still served in
// the same visit. When a barrier is full its participants are resumed in
// definition order.
//
// Versions. The first base of a moment is what the model made (or what earlier
// moments of the same tensor left). A swap over all rows replaces it; a swap of
// one invoke's rows lies over it and is joined with it once, when somebody wants
// the whole or the moment is over. An exit's swap is seen by every later moment
// of its tensor; an enter's only by the nodes that the moment names, hence by
// the enters of modules inside.
//
// Late requests, for a moment that the run has passed: under Refuse they are an
// error (NN3101) that names the place where it was passed. Under Serve a read is
// answered with the version that the mediator would have seen in time; a write
// stays an error (NN3102).
//
// How the compiler uses it:
//
//	ev, err := schedule.Evaluate(schedule.Program[Ref]{
//		Moments:   schedule.Moments(spec.Timeline()),
//		Mediators: mediators, // each resumes the evaluation of one invoke
//		Rows:      rows,      // invoke index or plan.AllRows, as Mediators
//		Algebra:   algebra,   // Narrow and Join make plan nodes, Accept checks types
//	}, func(m schedule.Moment) (Ref, error) { return modelTensor(m.Tensor), nil })
//
// ev.Writes become plan.Writes, ev.Mediators the plan's mediators.
package schedule
