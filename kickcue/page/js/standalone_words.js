// What only the app without a computer says, in three languages.

import { wishes, word } from "./words.js";

const WORDS = {
  en: {
    setup: "Set-up", races: "Races", starting: "kickcue is starting: this takes some seconds.",
    broken: "kickcue could not start", resumed: "Your race goes on.",
    again: "Tap here and connect each sensor again: the browser needs one tap for each.",
    what: "What is run", event: "Event", own: "A race", lap_m: "Lap in metres (usual: 400)",
    lane: "Lane", indoor: "Indoor, 200 m track", rules: "Rules", target: "Target time, such as 16:30",
    cues: "Language of the cues", splits: "Lap times", use: "Use this race", used: "This race is set up.",
    sure: "A race is on. Tap again to give it up.", badTime: "Target time: expected something like 16:30",
    training: "training: all cues", timetrial: "time trial: all cues", road: "road: no voice",
    sanctioned: "sanctioned: no cues, recording only", off: "off", haptic: "felt", sound: "heard",
    both: "felt and heard", download: "Recording (MCAP)", report: "Report", remove: "Delete",
    none: "Nothing was recorded yet.", recording: "is being recorded", keep:
      "Recordings stay on this phone alone. kickcue verify and kickcue report on a computer read them.",
    toFile: "Save as race.toml", replay: "Replay a watch's file", replayHint:
      "FIT, GPX, TCX or a recording: what kickcue would have said, by the race set up above.",
    reading: "Reading: this may take a minute.", running: "A race is on: afterwards.",
    otherTab: "kickcue is open in another tab. Close that one: then this one goes on.",
    full: "No room is left on this phone. The race goes on, but is not kept: delete something, or save the recording before you close this page.",
    unwritable: "The recording cannot be written now. The race goes on: save the recording before you close this page.",
    unkept: "This browser keeps nothing, as in a private window: save the recording before you close this page.",
    fullNow: "No room is left on this phone: delete a recording first.",
    unwritableNow: "It could not be written on this phone.",
    plain: "the browser gives all this to encrypted pages alone. Open it by https://, or on localhost.",
    mind: "Visualise", mindHint:
      "Your race in the mind before you run it: in the phone's voice, with its cues. Sit down, close your eyes.",
    script: "Script", calm: "calm", fierce: "fierce", short: "short", rival: "Who comes up on your shoulder (a name)",
    mindBegin: "Begin", mindEnded: "Well done.", pause: "Pause", goOn: "Go on", nextLine: "Next line", stop: "Stop",
    mindGoal: "First use a race with a target time, above.", noVoice:
      "This browser has no voice for this language: read the lines, or install a voice in the phone's settings.",
    voiceByNetwork: "The only voice for this language needs the network: in flight mode it stays silent.",
  },
  de: {
    setup: "Einstellen", races: "Läufe", starting: "kickcue startet: das dauert einige Sekunden.",
    broken: "kickcue konnte nicht starten", resumed: "Dein Rennen geht weiter.",
    again: "Hier tippen und jeden Sensor neu verbinden: der Browser braucht je ein Tippen.",
    what: "Was gelaufen wird", event: "Strecke", own: "Ein Rennen", lap_m: "Runde in Metern (sonst: 400)",
    lane: "Bahn", indoor: "Halle, 200-m-Bahn", rules: "Regeln", target: "Zielzeit, etwa 16:30",
    cues: "Sprache der Signale", splits: "Rundenzeiten", use: "Dieses Rennen nehmen",
    used: "Dieses Rennen ist eingestellt.", sure: "Es läuft ein Rennen. Noch einmal tippen gibt es auf.",
    badTime: "Zielzeit: erwartet wird etwas wie 16:30", training: "Training: alle Signale",
    timetrial: "Zeitlauf: alle Signale", road: "Straße: keine Stimme",
    sanctioned: "Wettkampf: keine Signale, nur Aufzeichnung", off: "aus", haptic: "gespürt",
    sound: "gehört", both: "gespürt und gehört", download: "Aufzeichnung (MCAP)", report: "Bericht",
    remove: "Löschen", none: "Noch nichts aufgezeichnet.", recording: "wird aufgezeichnet", keep:
      "Aufzeichnungen bleiben nur auf diesem Telefon. kickcue verify und kickcue report lesen sie am Computer.",
    toFile: "Als race.toml sichern", replay: "Datei einer Uhr nachspielen", replayHint:
      "FIT, GPX, TCX oder eine Aufzeichnung: was kickcue gesagt hätte, im oben eingestellten Rennen.",
    reading: "Wird gelesen: das kann eine Minute dauern.", running: "Es läuft ein Rennen: danach.",
    otherTab: "kickcue ist in einem anderen Tab offen. Schließe den: dann geht es hier weiter.",
    full: "Auf diesem Telefon ist kein Platz mehr. Das Rennen geht weiter, wird aber nicht behalten: lösche etwas, oder sichere die Aufzeichnung, bevor du diese Seite schließt.",
    unwritable: "Die Aufzeichnung kann gerade nicht geschrieben werden. Das Rennen geht weiter: sichere sie, bevor du diese Seite schließt.",
    unkept: "Dieser Browser behält nichts, wie in einem privaten Fenster: sichere die Aufzeichnung, bevor du diese Seite schließt.",
    fullNow: "Auf diesem Telefon ist kein Platz mehr: lösche erst eine Aufzeichnung.",
    unwritableNow: "Es konnte auf diesem Telefon nicht geschrieben werden.",
    plain: "der Browser gibt das alles nur verschlüsselten Seiten. Öffne sie mit https://, oder auf localhost.",
    mind: "Visualisieren", mindHint:
      "Dein Rennen im Kopf, bevor du es läufst: mit der Stimme des Telefons und seinen Signalen. Setz dich, Augen zu.",
    script: "Text", calm: "ruhig", fierce: "kämpferisch", short: "kurz", rival: "Wer von hinten kommt (ein Name)",
    mindBegin: "Beginnen", mindEnded: "Gut gemacht.", pause: "Pause", goOn: "Weiter", nextLine: "Nächster Satz",
    stop: "Ende", mindGoal: "Erst oben ein Rennen mit Zielzeit nehmen.", noVoice:
      "Dieser Browser hat keine Stimme in dieser Sprache: mitlesen, oder im Telefon eine Stimme installieren.",
    voiceByNetwork: "Die einzige Stimme in dieser Sprache braucht das Netz: im Flugmodus bleibt sie stumm.",
  },
  fr: {
    setup: "Préparer", races: "Courses", starting: "kickcue démarre : cela prend quelques secondes.",
    broken: "kickcue n'a pas pu démarrer", resumed: "Votre course continue.",
    again: "Touchez ici et reconnectez chaque capteur : le navigateur demande un geste pour chacun.",
    what: "Ce qui est couru", event: "Distance", own: "Une course", lap_m: "Tour en mètres (sinon : 400)",
    lane: "Couloir", indoor: "Salle, piste de 200 m", rules: "Règles", target: "Temps visé, comme 16:30",
    cues: "Langue des signaux", splits: "Temps au tour", use: "Prendre cette course",
    used: "Cette course est prête.", sure: "Une course est en cours. Touchez encore pour l'abandonner.",
    badTime: "Temps visé : attendu par exemple 16:30", training: "entraînement : tous les signaux",
    timetrial: "contre-la-montre : tous les signaux", road: "route : sans voix",
    sanctioned: "officielle : aucun signal, enregistrement seul", off: "non", haptic: "ressentis",
    sound: "entendus", both: "ressentis et entendus", download: "Enregistrement (MCAP)",
    report: "Bilan", remove: "Supprimer", none: "Rien d'enregistré encore.", recording: "en cours", keep:
      "Les enregistrements restent sur ce téléphone. kickcue verify et kickcue report les lisent.",
    toFile: "Garder en race.toml", replay: "Rejouer un fichier de montre", replayHint:
      "FIT, GPX, TCX ou enregistrement : ce que kickcue aurait dit, dans la course préparée ci-dessus.",
    reading: "Lecture : cela peut prendre une minute.", running: "Une course est en cours : après.",
    otherTab: "kickcue est ouvert dans un autre onglet. Fermez-le : celui-ci continue alors.",
    full: "Ce téléphone n'a plus de place. La course continue mais n'est pas gardée : supprimez quelque chose, ou enregistrez-la avant de fermer cette page.",
    unwritable: "L'enregistrement ne peut pas être écrit. La course continue : enregistrez-la avant de fermer cette page.",
    unkept: "Ce navigateur ne garde rien, comme une fenêtre privée : enregistrez la course avant de fermer cette page.",
    fullNow: "Ce téléphone n'a plus de place : supprimez d'abord un enregistrement.",
    unwritableNow: "Cela n'a pas pu être écrit sur ce téléphone.",
    plain: "le navigateur ne donne tout cela qu'aux pages chiffrées. Ouvrez-la par https://, ou sur localhost.",
    mind: "Visualiser", mindHint:
      "Votre course en pensée avant de la courir : par la voix du téléphone, avec ses signaux. Asseyez-vous, yeux fermés.",
    script: "Texte", calm: "calme", fierce: "combatif", short: "court", rival: "Qui revient à votre épaule (un nom)",
    mindBegin: "Commencer", mindEnded: "Bravo.", pause: "Pause", goOn: "Reprendre", nextLine: "Phrase suivante",
    stop: "Arrêter", mindGoal: "D'abord prendre ci-dessus une course avec un temps visé.", noVoice:
      "Ce navigateur n'a pas de voix dans cette langue : lisez, ou installez une voix dans le téléphone.",
    voiceByNetwork: "La seule voix de cette langue demande le réseau : en mode avion elle se tait.",
  },
};

export const own = (key) => WORDS[wishes.language][key] ?? WORDS.en[key] ?? word(key);
