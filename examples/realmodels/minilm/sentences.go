package main

// pair is one topic, praised and blamed in much the same words, so that only
// the sentiment tells them apart.
type pair struct{ good, bad string }

// The probe learns from some topics and is tested on others.
var (
	learnFrom = []pair{
		{"The soup was hot and full of flavour.", "The soup was cold and had no flavour."},
		{"Our room was clean and quiet.", "Our room was dirty and noisy."},
		{"The film kept me spellbound to the end.", "The film bored me to the end."},
		{"She answered my question kindly.", "She answered my question rudely."},
		{"The phone still works perfectly after a year.", "The phone broke down after a week."},
		{"I slept wonderfully in this bed.", "I slept terribly in this bed."},
		{"The garden looks beautiful in spring.", "The garden looks neglected in spring."},
		{"Their new album is a delight.", "Their new album is a disappointment."},
		{"The train was on time and comfortable.", "The train was late and overcrowded."},
		{"He gave an inspiring speech.", "He gave a tedious speech."},
		{"This coffee tastes excellent.", "This coffee tastes disgusting."},
		{"The children enjoyed the museum.", "The children hated the museum."},
		{"The software is fast and easy to use.", "The software is slow and hard to use."},
		{"I would gladly buy these shoes again.", "I regret that I bought these shoes."},
		{"Her novel is gripping and well written.", "Her novel is dull and badly written."},
		{"The staff helped us with everything.", "The staff ignored us all day."},
	}
	testOn = []pair{
		{"The pizza was the best that I ever had.", "The pizza was the worst that I ever had."},
		{"What a lovely afternoon at the beach!", "What a miserable afternoon at the beach!"},
		{"My new bicycle rides smoothly.", "My new bicycle rattles horribly."},
		{"The doctor took her time and was very friendly.", "The doctor was impatient and unfriendly."},
		{"The lecture was clear and exciting.", "The lecture was confusing and dreary."},
		{"The flat is bright and nicely furnished.", "The flat is dark and shabby."},
		{"The parcel arrived early and undamaged.", "The parcel arrived late and crushed."},
		{"The orchestra played brilliantly.", "The orchestra played dreadfully."},
	}
)

// sentences lists pairs one after the other, with true for praise.
func sentences(pairs []pair) (texts []string, praise []bool) {
	for _, p := range pairs {
		texts = append(texts, p.good, p.bad)
		praise = append(praise, true, false)
	}
	return texts, praise
}
