package page

// formWords are what the forms say in one language.
type formWords struct {
	Heading, Intro, FirstName, LastName, Email, Send string
	Again, Required, TooLong, NoName, NoAddress      string // what is wrong
	Later, Open                                      string
	Sent, TooMany, Elsewhere                         [2]string
}

func englishForm() formWords {
	return formWords{
		Heading: "Ask for a link", Intro: "Say who you are. Your link will be sent to the address that you give here.",
		FirstName: "First name", LastName: "Last name", Email: "E-mail address", Send: "Send",
		Again: "Please look at this again", Required: "This is needed.", TooLong: "This is too long.",
		NoName: "A name has no line break in it, and none of < > @ / \\.", NoAddress: "Write one e-mail address, such as name@example.com.",
		Later: "The site cannot answer just now. Try again in a moment.", Open: "Open the form",
		Sent:      [2]string{"Look into your mail", "Thank you. If all is well, a link will come to the address that you gave. It can take a few minutes; look among unwanted mail, too."},
		TooMany:   [2]string{"Too many at once", "Too much was sent from your network within the hour. Try again later."},
		Elsewhere: [2]string{"This form was sent from another site", "Nothing was taken from it. Open the form here, and send it again."},
	}
}

func germanForm() formWords {
	return formWords{
		Heading: "Um einen Link bitten", Intro: "Sagen Sie, wer Sie sind. Ihr Link wird an die Adresse geschickt, die Sie hier angeben.",
		FirstName: "Vorname", LastName: "Nachname", Email: "E-Mail-Adresse", Send: "Absenden",
		Again: "Bitte sehen Sie das noch einmal an", Required: "Das wird gebraucht.", TooLong: "Das ist zu lang.",
		NoName: "In einem Namen steht kein Zeilenumbruch und keines von < > @ / \\.", NoAddress: "Schreiben Sie eine einzelne E-Mail-Adresse, etwa name@example.com.",
		Later: "Die Website kann gerade nicht antworten. Versuchen Sie es gleich noch einmal.", Open: "Das Formular öffnen",
		Sent:      [2]string{"Sehen Sie in Ihre E-Mails", "Danke. Wenn alles stimmt, kommt ein Link an die angegebene Adresse. Das kann einige Minuten dauern; sehen Sie auch bei den unerwünschten E-Mails nach."},
		TooMany:   [2]string{"Zu viel auf einmal", "Aus Ihrem Netz wurde in dieser Stunde zu viel abgeschickt. Versuchen Sie es später noch einmal."},
		Elsewhere: [2]string{"Dieses Formular kam von einer anderen Website", "Nichts davon wurde übernommen. Öffnen Sie das Formular hier und schicken Sie es noch einmal ab."},
	}
}

func frenchForm() formWords {
	return formWords{
		Heading: "Demander un lien", Intro: "Dites qui vous êtes. Votre lien sera envoyé à l’adresse que vous indiquez ici.",
		FirstName: "Prénom", LastName: "Nom", Email: "Adresse e-mail", Send: "Envoyer",
		Again: "Veuillez vérifier ceci", Required: "Ce champ est nécessaire.", TooLong: "C’est trop long.",
		NoName: "Un nom ne contient ni saut de ligne ni aucun de < > @ / \\.", NoAddress: "Indiquez une seule adresse e-mail, par exemple nom@example.com.",
		Later: "Le site ne peut pas répondre pour l’instant. Réessayez dans un moment.", Open: "Ouvrir le formulaire",
		Sent:      [2]string{"Consultez vos e-mails", "Merci. Si tout est en ordre, un lien arrivera à l’adresse indiquée. Cela peut prendre quelques minutes ; regardez aussi parmi les messages indésirables."},
		TooMany:   [2]string{"Trop de demandes", "Trop d’envois sont venus de votre réseau dans l’heure. Réessayez plus tard."},
		Elsewhere: [2]string{"Ce formulaire a été envoyé depuis un autre site", "Rien n’en a été retenu. Ouvrez le formulaire ici et envoyez-le de nouveau."},
	}
}

func spanishForm() formWords {
	return formWords{
		Heading: "Pedir un enlace", Intro: "Diga quién es. Su enlace se enviará a la dirección que indique aquí.",
		FirstName: "Nombre", LastName: "Apellidos", Email: "Correo electrónico", Send: "Enviar",
		Again: "Revise lo siguiente", Required: "Este dato es necesario.", TooLong: "Es demasiado largo.",
		NoName: "Un nombre no contiene saltos de línea ni ninguno de < > @ / \\.", NoAddress: "Escriba una sola dirección de correo, por ejemplo nombre@example.com.",
		Later: "El sitio no puede responder en este momento. Inténtelo de nuevo enseguida.", Open: "Abrir el formulario",
		Sent:      [2]string{"Mire su correo", "Gracias. Si todo está en orden, llegará un enlace a la dirección indicada. Puede tardar unos minutos; mire también entre el correo no deseado."},
		TooMany:   [2]string{"Demasiadas solicitudes", "Desde su red se ha enviado demasiado en esta hora. Inténtelo más tarde."},
		Elsewhere: [2]string{"Este formulario se envió desde otro sitio", "No se ha guardado nada. Abra el formulario aquí y envíelo de nuevo."},
	}
}
