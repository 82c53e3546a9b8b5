package page

func french() words {
	return words{
		Lang:   "fr",
		Form:   frenchForm(),
		Months: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		Date:   "{day} {month} {year} à {time} UTC", First: "1er",

		Invitation: "Invitation", InvitedBy: "{} vous invite", Invited: "Vous êtes invité(e)", Open: "Ouvrir votre lien", SignIn: "Connexion",
		For: "Pour", Until: "Valable jusqu’au",
		Continue: "Continuer", SignInButton: "Se connecter",
		NoTarget:   "Ce lien ne mène à aucune page. Donnez-le au programme qui vous l’a demandé.",
		Here:       "Vous avez déjà ouvert ce lien dans ce navigateur. Reprenez là où vous en étiez.",
		SignedInAs: "Vous êtes connecté(e) ici en tant que {}.", WillSwitch: "Ce lien est destiné à {}.",
		SwitchButton: "Se déconnecter et continuer", KeepThis: "Pour garder votre connexion actuelle, fermez cette page.",
		SignedInOther: "Vous êtes connecté(e) ici avec un autre compte.", NotHere: "Il ne fonctionnera dans ce navigateur qu’une fois que vous serez déconnecté(e).",
		VisitOf: "Une visite de {} est ouverte dans ce navigateur.", VisitOther: "Une autre visite est ouverte dans ce navigateur.",
		EndsVisit: "Si vous continuez, cette visite prendra fin. Pour la garder, fermez cette page.", VisitButton: "Y mettre fin et continuer",

		Expired: "Ce lien a expiré", ExpiredAt: "Il était valable jusqu’au {}.",
		Spent: "Ce lien a déjà été utilisé", UsedAt: "Il a été utilisé le {}.",
		StillOpen: "Ce qu’il a ouvert y est encore ouvert : continuez dans ce navigateur-là.", Completed: "Ce qu’il avait ouvert est terminé.",
		Revoked: "Ce lien a été retiré", RevokedAt: "C’était le {}.",
		Done: "C’est terminé", DoneAt: "Terminé le {}.", DoneDo: "Il n’y a plus rien à faire ici.",
		NotYet: "Ce lien n’est pas encore valable", NotYetAt: "Il est valable à partir du {}.", NotYetUntil: "Il fonctionnera ensuite jusqu’au {}. Ouvrez-le de nouveau à ce moment-là : rien n’a été consommé.",
		TooMany: "Ce lien est ouvert à trop d’endroits", TooManyDo: "Déconnectez-vous quelque part, puis ouvrez-le de nouveau.",
		CrossSite: "Cette demande venait d’un autre site", CrossSiteDo: "Ouvrez le lien lui-même et utilisez le bouton de sa page.",
		WrongPlace: "Votre lien est destiné à autre chose", WrongPlaceDo: "Il est valable, mais pas ici. Ouvrez le lien lui-même : il mène à la bonne page.",
		SessionEnded: "Votre session est terminée", OpenAgain: "Ouvrez de nouveau votre lien.",
		AskNew: "Demandez un nouveau lien là où vous avez reçu celui-ci.", Ask: "Demandez un nouveau lien à {}.",
		NewLink: "M’envoyer un nouveau lien",

		NeedsLink: "Cette page demande un lien", NeedsLinkDo: "Ouvrez le lien que vous avez reçu.",
		OtherLogin: "Quelqu’un d’autre est connecté ici", OtherLoginDo: "Déconnectez-vous dans ce navigateur, puis ouvrez de nouveau votre lien.",
		Neutral: "Ce lien ne peut pas être ouvert", NeutralDo: "Il est peut-être incomplet : copiez-le en entier, ou demandez-en un nouveau là où vous l’avez reçu.", Reference: "Référence",
		Phone: "sur un téléphone", Tablet: "sur une tablette", Computer: "sur un ordinateur", Program: "par un programme",

		NothingHere: [2]string{"Rien ici", "Cette page n’existe pas."},
		TryAgain:    [2]string{"Réessayez", "Le site ne peut pas répondre pour l’instant. Réessayez dans un moment : le même clic, répété en moins d’une minute, ne compte qu’une fois."},
		SignedOut:   [2]string{"Déconnexion effectuée", "Votre session sur ce site est terminée."},
		Asked:       [2]string{"Vous avez demandé un nouveau lien", "L’expéditeur est averti qu’il vous en faut un. Regardez votre messagerie dans quelques minutes : un nouveau lien va là où celui-ci est allé. Si rien n’arrive, adressez-vous là où vous avez reçu celui-ci."},

		TooManyRequests: [2]string{"Trop de demandes", "Trop de demandes sont venues de votre réseau. Réessayez dans une heure."},

		YouAreIn: "Vous avez accès", Nobody: "Personne n’est connecté", SignOut: "Se déconnecter",
	}
}

func spanish() words {
	return words{
		Lang:   "es",
		Form:   spanishForm(),
		Months: [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		Date:   "{day} de {month} de {year}, {time} UTC",

		Invitation: "Invitación", InvitedBy: "Invitación de {}", Invited: "Ha recibido una invitación", Open: "Abrir su enlace", SignIn: "Iniciar sesión",
		For: "Para", Until: "Válido hasta el",
		Continue: "Continuar", SignInButton: "Iniciar sesión",
		NoTarget:   "Este enlace no lleva a ninguna página. Entréguelo al programa que se lo pidió.",
		Here:       "Ya ha abierto este enlace en este navegador. Continúe donde estaba.",
		SignedInAs: "Aquí hay una sesión iniciada como {}.", WillSwitch: "Este enlace es para {}.",
		SwitchButton: "Cerrar sesión y continuar", KeepThis: "Para conservar la sesión actual, cierre esta página.",
		SignedInOther: "Aquí hay una sesión iniciada con otra cuenta.", NotHere: "No funcionará en este navegador hasta que cierre la sesión.",
		VisitOf: "En este navegador está abierta una visita de {}.", VisitOther: "En este navegador está abierta otra visita.",
		EndsVisit: "Si continúa, esa visita terminará. Para conservarla, cierre esta página.", VisitButton: "Terminarla y continuar",

		Expired: "Este enlace ha caducado", ExpiredAt: "Era válido hasta el {}.",
		Spent: "Este enlace ya se ha usado", UsedAt: "Se usó el {}.",
		StillOpen: "Lo que abrió sigue abierto allí: continúe en aquel navegador.", Completed: "Lo que abrió ha terminado.",
		Revoked: "Este enlace ha sido retirado", RevokedAt: "Fue el {}.",
		Done: "Esto ya está hecho", DoneAt: "Se completó el {}.", DoneDo: "Aquí ya no hay nada más que hacer.",
		NotYet: "Este enlace aún no es válido", NotYetAt: "Es válido desde el {}.", NotYetUntil: "Después funcionará hasta el {}. Ábralo de nuevo entonces: no se ha gastado nada.",
		TooMany: "Este enlace está abierto en demasiados sitios", TooManyDo: "Cierre la sesión en alguno y ábralo de nuevo.",
		CrossSite: "Esta petición vino de otro sitio web", CrossSiteDo: "Abra el enlace mismo y use el botón de su página.",
		WrongPlace: "Su enlace es para otra cosa", WrongPlaceDo: "Es válido, pero no aquí. Abra el enlace mismo: lleva a la página correcta.",
		SessionEnded: "Su sesión ha terminado", OpenAgain: "Abra de nuevo su enlace.",
		AskNew: "Pida un enlace nuevo donde recibió este.", Ask: "Pida un enlace nuevo a {}.",
		NewLink: "Enviarme un enlace nuevo",

		NeedsLink: "Esta página necesita un enlace", NeedsLinkDo: "Abra el enlace que ha recibido.",
		OtherLogin: "Aquí hay otra persona con la sesión iniciada", OtherLoginDo: "Cierre la sesión en este navegador y abra de nuevo su enlace.",
		Neutral: "Este enlace no se puede abrir", NeutralDo: "Puede que esté incompleto: cópielo entero o pida uno nuevo donde lo recibió.", Reference: "Referencia",
		Phone: "en un teléfono", Tablet: "en una tableta", Computer: "en un ordenador", Program: "por un programa",

		NothingHere: [2]string{"Aquí no hay nada", "Esta página no existe."},
		TryAgain:    [2]string{"Inténtelo de nuevo", "El sitio no puede responder en este momento. Inténtelo de nuevo enseguida: el mismo clic, repetido en menos de un minuto, cuenta una sola vez."},
		SignedOut:   [2]string{"Sesión cerrada", "Su sesión en este sitio ha terminado."},
		Asked:       [2]string{"Ha pedido un enlace nuevo", "Se avisa al remitente de que necesita uno. Mire su correo dentro de unos minutos: un enlace nuevo va adonde fue este. Si no llega, pregunte donde recibió este."},

		TooManyRequests: [2]string{"Demasiadas peticiones", "Han llegado demasiadas desde su red. Inténtelo de nuevo dentro de una hora."},

		YouAreIn: "Tiene acceso", Nobody: "No hay ninguna sesión iniciada", SignOut: "Cerrar sesión",
	}
}
