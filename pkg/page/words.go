package page

// words are everything that pages say in one language. {} is where a time or a
// name stands.
type words struct {
	Lang   string
	Months [12]string
	Date   string
	First  string // how the first of a month is written, where that is special
	Form   formWords

	// The link page.
	Invitation, InvitedBy, Invited, Open, SignIn string
	For, Until                                   string
	Continue, SignInButton, NoTarget, Here       string
	SignedInAs, SignedInOther                    string
	WillSwitch, SwitchButton, KeepThis, NotHere  string
	VisitOf, VisitOther, EndsVisit, VisitButton  string

	// Why not, to the holder of the secret.
	Expired, ExpiredAt                                             string
	Spent, UsedAt, StillOpen, Completed                            string
	Revoked, RevokedAt, NotYet, NotYetAt, NotYetUntil              string
	Done, DoneAt, DoneDo                                           string
	TooMany, TooManyDo, CrossSite, CrossSiteDo                     string
	WrongPlace, WrongPlaceDo, SessionEnded, OpenAgain, AskNew, Ask string
	NewLink                                                        string

	// To whoever was refused on a route.
	NeedsLink, NeedsLinkDo, OtherLogin, OtherLoginDo string

	// To everybody else.
	Neutral, NeutralDo, Reference string

	// Kinds of device, as they follow UsedAt.
	Phone, Tablet, Computer, Program string

	NothingHere, TryAgain, SignedOut [2]string
	Asked, TooManyRequests           [2]string
	YouAreIn, Nobody, SignOut        string
}

func english() words {
	return words{
		Lang:   "en",
		Form:   englishForm(),
		Months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		Date:   "{day} {month} {year}, {time} UTC",

		Invitation: "Invitation", InvitedBy: "{} invites you", Invited: "You are invited", Open: "Open your link", SignIn: "Sign in",
		For: "For", Until: "Valid until",
		Continue: "Continue", SignInButton: "Sign in",
		NoTarget:   "This link is not for a page. Give it to the program that asked you for it.",
		Here:       "You have opened this link in this browser already. Go on where you were.",
		SignedInAs: "You are signed in here as {}.", WillSwitch: "This link is for {}.",
		SwitchButton: "Sign out and continue", KeepThis: "To stay signed in as you are, close this page.",
		SignedInOther: "You are signed in here with another account.", NotHere: "It will not work in this browser before you sign out.",
		VisitOf: "A visit of {} is open in this browser.", VisitOther: "Another visit is open in this browser.",
		EndsVisit: "If you go on, that visit ends. To keep it, close this page.", VisitButton: "End it and continue",

		Expired: "This link has expired", ExpiredAt: "It was valid until {}.",
		Spent: "This link has been used already", UsedAt: "It was used on {}.",
		StillOpen: "What it opened is still open there: go on in that browser.", Completed: "What it opened is over.",
		Revoked: "This link has been withdrawn", RevokedAt: "That was on {}.",
		Done: "This is done", DoneAt: "It was completed on {}.", DoneDo: "There is nothing more to do here.",
		NotYet: "This link is not valid yet", NotYetAt: "It is valid from {}.", NotYetUntil: "It then works until {}. Open it again then: nothing has been used up.",
		TooMany: "This link is open in too many places", TooManyDo: "Sign out somewhere, then open it again.",
		CrossSite: "This request came from another site", CrossSiteDo: "Open the link itself, and use the button on its page.",
		WrongPlace: "Your link is for something else", WrongPlaceDo: "It is good, but not here. Open the link itself: it leads to the right page.",
		SessionEnded: "Your session has ended", OpenAgain: "Open your link again.",
		AskNew: "Ask for a new link where you got this one.", Ask: "Ask {} for a new link.",
		NewLink: "Send me a new link",

		NeedsLink: "This page needs a link", NeedsLinkDo: "Open the link that you were sent.",
		OtherLogin: "Somebody else is signed in here", OtherLoginDo: "Sign out in this browser, then open your link again.",
		Neutral: "This link cannot be opened", NeutralDo: "It may be incomplete: copy the whole of it, or ask for a new one where you got it.", Reference: "Reference",
		Phone: "on a phone", Tablet: "on a tablet", Computer: "on a computer", Program: "by a program",

		NothingHere: [2]string{"Nothing here", "There is no such page."},
		TryAgain:    [2]string{"Try again", "The site cannot answer just now. Try again in a moment: the same click, repeated within a minute, counts once."},
		SignedOut:   [2]string{"Signed out", "Your session on this site has ended."},
		Asked:       [2]string{"You have asked for a new link", "The sender is told that you need one. Look into your mail in a few minutes: a new link goes where this one went. If none comes, ask where you got this one."},

		TooManyRequests: [2]string{"Too many requests", "Too many of them came from your network. Try again in an hour."},

		YouAreIn: "You are let in", Nobody: "Nobody is signed in", SignOut: "Sign out",
	}
}

func german() words {
	return words{
		Lang:   "de",
		Form:   germanForm(),
		Months: [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		Date:   "{day}. {month} {year}, {time} UTC",

		Invitation: "Einladung", InvitedBy: "{} lädt Sie ein", Invited: "Sie sind eingeladen", Open: "Ihr Link", SignIn: "Anmelden",
		For: "Für", Until: "Gültig bis",
		Continue: "Weiter", SignInButton: "Anmelden",
		NoTarget:   "Dieser Link führt zu keiner Seite. Geben Sie ihn dem Programm, das danach gefragt hat.",
		Here:       "Sie haben diesen Link in diesem Browser schon geöffnet. Machen Sie dort weiter.",
		SignedInAs: "Sie sind hier als {} angemeldet.", WillSwitch: "Dieser Link ist für {}.",
		SwitchButton: "Abmelden und weiter", KeepThis: "Wenn Sie angemeldet bleiben möchten, schließen Sie diese Seite.",
		SignedInOther: "Sie sind hier mit einem anderen Konto angemeldet.", NotHere: "In diesem Browser funktioniert er erst, wenn Sie sich abgemeldet haben.",
		VisitOf: "In diesem Browser ist ein Besuch von {} offen.", VisitOther: "In diesem Browser ist ein anderer Besuch offen.",
		EndsVisit: "Wenn Sie fortfahren, endet jener Besuch. Soll er bestehen bleiben, schließen Sie diese Seite.", VisitButton: "Beenden und weiter",

		Expired: "Dieser Link ist abgelaufen", ExpiredAt: "Er war gültig bis {}.",
		Spent: "Dieser Link wurde schon benutzt", UsedAt: "Benutzt wurde er am {}.",
		StillOpen: "Was er geöffnet hat, ist dort noch offen: Machen Sie in jenem Browser weiter.", Completed: "Was er geöffnet hat, ist beendet.",
		Revoked: "Dieser Link wurde zurückgezogen", RevokedAt: "Das war am {}.",
		Done: "Das ist erledigt", DoneAt: "Abgeschlossen wurde es am {}.", DoneDo: "Hier ist nichts weiter zu tun.",
		NotYet: "Dieser Link ist noch nicht gültig", NotYetAt: "Er ist gültig ab {}.", NotYetUntil: "Er gilt dann bis {}. Öffnen Sie ihn dann noch einmal: Es wurde nichts verbraucht.",
		TooMany: "Dieser Link ist an zu vielen Stellen offen", TooManyDo: "Melden Sie sich irgendwo ab und öffnen Sie ihn dann noch einmal.",
		CrossSite: "Diese Anfrage kam von einer anderen Website", CrossSiteDo: "Öffnen Sie den Link selbst und benutzen Sie den Knopf auf seiner Seite.",
		WrongPlace: "Ihr Link ist für etwas anderes", WrongPlaceDo: "Er ist gültig, aber nicht hier. Öffnen Sie den Link selbst: Er führt zur richtigen Seite.",
		SessionEnded: "Ihre Sitzung ist beendet", OpenAgain: "Öffnen Sie Ihren Link noch einmal.",
		AskNew: "Bitten Sie dort um einen neuen Link, woher Sie diesen haben.", Ask: "Bitten Sie {} um einen neuen Link.",
		NewLink: "Neuen Link senden",

		NeedsLink: "Diese Seite braucht einen Link", NeedsLinkDo: "Öffnen Sie den Link, den Sie bekommen haben.",
		OtherLogin: "Hier ist jemand anders angemeldet", OtherLoginDo: "Melden Sie sich in diesem Browser ab und öffnen Sie dann Ihren Link noch einmal.",
		Neutral: "Dieser Link lässt sich nicht öffnen", NeutralDo: "Vielleicht ist er unvollständig: Kopieren Sie ihn ganz, oder bitten Sie dort um einen neuen, woher Sie ihn haben.", Reference: "Kennung",
		Phone: "auf einem Telefon", Tablet: "auf einem Tablet", Computer: "auf einem Computer", Program: "von einem Programm",

		NothingHere: [2]string{"Hier ist nichts", "Diese Seite gibt es nicht."},
		TryAgain:    [2]string{"Noch einmal versuchen", "Die Website kann gerade nicht antworten. Versuchen Sie es gleich noch einmal: Derselbe Klick, innerhalb einer Minute wiederholt, zählt nur einmal."},
		SignedOut:   [2]string{"Abgemeldet", "Ihre Sitzung auf dieser Website ist beendet."},
		Asked:       [2]string{"Sie haben einen neuen Link angefordert", "Dem Absender wird gesagt, dass Sie einen brauchen. Sehen Sie in einigen Minuten in Ihre Post: Ein neuer Link geht dorthin, wohin dieser ging. Kommt keiner, fragen Sie dort, woher Sie diesen haben."},

		TooManyRequests: [2]string{"Zu viele Anfragen", "Aus Ihrem Netz kamen zu viele davon. Versuchen Sie es in einer Stunde noch einmal."},

		YouAreIn: "Sie sind eingelassen", Nobody: "Niemand ist angemeldet", SignOut: "Abmelden",
	}
}
